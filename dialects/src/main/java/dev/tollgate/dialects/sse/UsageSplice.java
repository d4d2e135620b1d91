package dev.tollgate.dialects.sse;

import dev.tollgate.dialects.answer.UsageSite;
import dev.tollgate.domain.inference.EventStream.UsageEvent;
import dev.tollgate.domain.money.Money;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// An event into whose usage the cost is written. All dialects have an object with the counters, so
/// all take it in the same way: a member `cost` before its end, in the place of the provider's own.
///
/// @param site where its usage object ends
record UsageSplice(byte[] bytes, UsageSite site) implements UsageEvent {
  @Override
  public byte[] settled(@Nullable Money cost, boolean committed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 64);
    StringBuilder members = new StringBuilder(64);
    UsageSite.Cost own = site.cost();
    int from = 0;
    if (cost != null && own != null) {
      out.write(bytes, 0, own.from());
      out.writeBytes(ascii('"' + cost.usd() + '"'));
      from = own.to();
    } else if (cost != null) {
      members.append(",\"cost\":\"").append(cost.usd()).append('"');
    }
    if (!committed) {
      members.append(",\"settlement\":\"pending\"");
    }
    int skipComma = site.empty() && !members.isEmpty() ? 1 : 0;
    out.write(bytes, from, site.closingBrace() - from);
    out.writeBytes(ascii(members.substring(skipComma)));
    out.write(bytes, site.closingBrace(), bytes.length - site.closingBrace());
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
