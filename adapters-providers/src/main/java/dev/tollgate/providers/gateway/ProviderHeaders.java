package dev.tollgate.providers.gateway;

import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.dialects.vendor.Vendor;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.providers.gateway.Accounts.Account;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Headers towards providers and back. Only what is named here passes, in either direction: a
/// caller's credential, cookies and organisation stay here, and so does what a provider says about
/// our account.
final class ProviderHeaders {
  private static final Set<String> BACK = Set.of("openai-processing-ms", "openai-version");
  private static final Duration LONGEST_RETRY = Duration.ofHours(1);

  private ProviderHeaders() {}

  static List<HeaderField> request(Account account, List<HeaderField> fromCaller) {
    Vendor vendor = account.vendor();
    Provider provider = account.provider();
    List<HeaderField> fields = new ArrayList<>(8);
    fields.add(new HeaderField("content-type", "application/json"));
    fields.add(new HeaderField("accept", "application/json, text/event-stream"));
    fields.add(new HeaderField("user-agent", "tollgate"));
    String credential = account.credential();
    if (credential != null) {
      fields.add(vendor.credential(credential));
    }
    add(fields, "openai-organization", provider.options().organization());
    add(fields, "openai-project", provider.options().project());
    Set<String> passes = vendor.passes();
    for (HeaderField field : fromCaller) {
      if (passes.contains(field.name())) {
        fields.add(field);
      }
    }
    for (HeaderField field : vendor.defaults()) {
      if (fields.stream().noneMatch(each -> each.name().equals(field.name()))) {
        fields.add(field);
      }
    }
    return fields;
  }

  static List<HeaderField> answer(UpstreamResponse response, Account account) {
    List<HeaderField> fields = new ArrayList<>(3);
    for (String name : BACK) {
      add(fields, name, response.header(name));
    }
    String id = response.header("x-request-id");
    add(fields, "x-tollgate-provider-request-id", id == null ? response.header("request-id") : id);
    String credential = account.credential();
    if (credential != null && !credential.isEmpty()) {
      fields.removeIf(field -> field.value().contains(credential));
    }
    return fields;
  }

  /// What the provider asks for in `retry-after-ms` or `retry-after` (seconds or an HTTP date), at
  /// most an hour.
  static @Nullable Duration retryAfter(UpstreamResponse response, Instant now) {
    String millis = response.header("retry-after-ms");
    String value = millis == null ? response.header("retry-after") : millis;
    if (value == null) {
      return null;
    }
    try {
      double number = Double.parseDouble(value);
      return bounded(Duration.ofMillis((long) (millis == null ? number * 1_000 : number)));
    } catch (NumberFormatException e) {
      return date(value, now);
    }
  }

  private static @Nullable Duration date(String value, Instant now) {
    try {
      Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return bounded(Duration.between(now, then));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Duration bounded(Duration asked) {
    if (asked.isNegative()) {
      return null;
    }
    return asked.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : asked;
  }

  private static void add(List<HeaderField> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.add(new HeaderField(name, value));
    }
  }
}
