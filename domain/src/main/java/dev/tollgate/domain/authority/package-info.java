/// Who asks for something, what they may do, and what a use case answers. Every use case of the
/// management side takes an [Actor] and answers a [Result].
@NullMarked
package dev.tollgate.domain.authority;

import org.jspecify.annotations.NullMarked;
