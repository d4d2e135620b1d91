package dev.tollgate.admin;

import com.google.protobuf.ProtocolMessageEnum;
import java.util.EnumMap;
import java.util.Map;

/// The pairs of an enum of the contract and one of the domain, which have the same names but for
/// the contract's prefix. Made when a class is loaded; a name without a partner fails there.
public final class Words<W extends Enum<W> & ProtocolMessageEnum, D extends Enum<D>> {
  private final Map<W, D> domain;
  private final Map<D, W> wire;

  private Words(Class<W> wireType, Class<D> domainType) {
    domain = new EnumMap<>(wireType);
    wire = new EnumMap<>(domainType);
    String prefix = wireType.getEnumConstants()[0].name().replace("UNSPECIFIED", "");
    for (W each : wireType.getEnumConstants()) {
      if (each.ordinal() > 0 && !each.name().equals("UNRECOGNIZED")) {
        D partner = Enum.valueOf(domainType, each.name().substring(prefix.length()));
        domain.put(each, partner);
        wire.put(partner, each);
      }
    }
    if (wire.size() != domainType.getEnumConstants().length) {
      throw new IllegalStateException(wireType + " lacks names of " + domainType);
    }
  }

  public static <W extends Enum<W> & ProtocolMessageEnum, D extends Enum<D>> Words<W, D> between(
      Class<W> wireType, Class<D> domainType) {
    return new Words<>(wireType, domainType);
  }

  public D domain(W word) {
    D partner = domain.get(word);
    if (partner == null) {
      throw new IllegalStateException(word + " was not checked");
    }
    return partner;
  }

  public D domain(boolean set, W word, D otherwise) {
    return set ? domain(word) : otherwise;
  }

  public W wire(D word) {
    W partner = wire.get(word);
    if (partner == null) {
      throw new IllegalStateException(word + " has no partner");
    }
    return partner;
  }
}
