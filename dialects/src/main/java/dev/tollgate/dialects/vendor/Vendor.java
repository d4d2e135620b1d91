package dev.tollgate.dialects.vendor;

import dev.tollgate.dialects.Dialects;
import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.inference.Vendors;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One kind of provider: how its accounts are reached, and what they do in their own way. What is
/// not said otherwise is as its dialect has it. Stateless but for what it opens; thread-safe.
public interface Vendor extends Vendors.Traits {
  /// The way to an account.
  ///
  /// @throws IllegalArgumentException when its options do not hold
  Upstream open(Provider provider);

  /// The header by which an account proves who it is.
  default HeaderField credential(String secret) {
    return new HeaderField("authorization", "Bearer " + secret);
  }

  /// Names of the caller's headers that it is to see.
  Set<String> passes();

  /// Headers that it must see, where the caller has not sent them.
  default List<HeaderField> defaults() {
    return List.of();
  }

  /// Where it counts the tokens of a prompt without billing, or null when it does not.
  @Nullable String countPath(Endpoint endpoint, Provider provider);

  /// Whether chat completions take the output cap under its newer name, where the facts of a model
  /// do not say. Many servers that speak OpenAI's dialect ignore that one.
  default boolean prefersNewerCap(Provider provider) {
    return false;
  }

  @Override
  default List<String> capNames(Endpoint endpoint, Provider provider, ModelFacts facts) {
    List<String> names = requests(endpoint).capNames(endpoint.operation());
    if (names.size() < 2) {
      return names;
    }
    String known = facts.capParameter();
    boolean newer = known == null ? prefersNewerCap(provider) : !known.equals(names.getFirst());
    return newer ? names.reversed() : names;
  }

  @Override
  default @Nullable String usualTier(Endpoint endpoint) {
    return requests(endpoint).usualTier(endpoint.operation());
  }

  @Override
  default boolean asksForUsage(Endpoint endpoint) {
    return requests(endpoint).asksForUsage(endpoint.operation());
  }

  @Override
  default boolean cachesUnasked() {
    return true;
  }

  @Override
  default boolean choosesRegion(Endpoint endpoint) {
    return requests(endpoint).namesRegion(endpoint.operation());
  }

  private static RequestRules requests(Endpoint endpoint) {
    return Dialects.format(endpoint.dialect()).requests();
  }
}
