package io.helidon.builder.api;

/// Stands in for an interface that Helidon 4.2 removed and that its DbClient 4.1.7 still extends
/// (docs/decisions/0002). The name holds a `$` because the original was nested.
@SuppressWarnings({"removal", "checkstyle:all"})
public interface Prototype$ConfiguredBuilder<B, P> extends Prototype.Builder<B, P> {
  B config(io.helidon.common.config.Config config);
}
