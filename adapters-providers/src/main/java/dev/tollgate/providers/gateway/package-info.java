/// The provider port: picks the transport and the dialect of an attempt and turns whatever happens
/// into a reply.
@NullMarked
package dev.tollgate.providers.gateway;

import org.jspecify.annotations.NullMarked;
