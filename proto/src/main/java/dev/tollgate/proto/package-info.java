/// The management contract: the methods of `tollgate.admin.v1` with their options, and how their
/// messages stand in JSON. REST, gRPC, the command line and OpenAPI are made from it. It knows no
/// other room and no transport.
@NullMarked
package dev.tollgate.proto;

import org.jspecify.annotations.NullMarked;
