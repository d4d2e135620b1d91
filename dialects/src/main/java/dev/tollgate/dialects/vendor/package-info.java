/// What one kind of provider is to those who carry calls to it.
@NullMarked
package dev.tollgate.dialects.vendor;

import org.jspecify.annotations.NullMarked;
