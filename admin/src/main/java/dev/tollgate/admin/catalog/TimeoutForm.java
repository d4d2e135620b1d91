package dev.tollgate.admin.catalog;

import dev.tollgate.admin.Wire;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.rules.BrokenRule;
import java.time.Duration;

/// How long a provider may take, as a form and as it is.
final class TimeoutForm {
  private TimeoutForm() {}

  /// @param path of what the form is a member of, which ends in a full stop, or empty
  static Timeouts timeouts(String path, dev.tollgate.proto.v1.Timeouts form, Timeouts usual) {
    try {
      return new Timeouts(
          or(form.hasConnect(), form.getConnect(), usual.connect()),
          or(form.hasFirstByte(), form.getFirstByte(), usual.firstByte()),
          or(form.hasWhole(), form.getWhole(), usual.whole()),
          or(form.hasIdle(), form.getIdle(), usual.idle()),
          or(form.hasTotal(), form.getTotal(), usual.total()),
          or(form.hasFinish(), form.getFinish(), usual.finish()));
    } catch (BrokenRule e) {
      throw new BrokenRule(path + e.field(), path + e.getMessage());
    }
  }

  private static Duration or(boolean set, com.google.protobuf.Duration asked, Duration usual) {
    return set ? Wire.duration(asked) : usual;
  }

  static dev.tollgate.proto.v1.Timeouts timeouts(Timeouts timeouts) {
    return dev.tollgate.proto.v1.Timeouts.newBuilder()
        .setConnect(Wire.duration(timeouts.connect()))
        .setFirstByte(Wire.duration(timeouts.firstByte()))
        .setWhole(Wire.duration(timeouts.whole()))
        .setIdle(Wire.duration(timeouts.idle()))
        .setTotal(Wire.duration(timeouts.total()))
        .setFinish(Wire.duration(timeouts.finish()))
        .build();
  }
}
