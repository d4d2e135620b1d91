/// HTTP/1.1 to model providers: Helidon's connection, reader and header parser with a pool and
/// framing of our own. Everything is bounded: connections, waiting, header sizes, times. A
/// connection goes back to the pool only when its answer was read to the exact end.
@NullMarked
package dev.tollgate.providers.transport;

import org.jspecify.annotations.NullMarked;
