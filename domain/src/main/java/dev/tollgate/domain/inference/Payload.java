package dev.tollgate.domain.inference;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The body of a call: the bytes as they came, what was read from them, and where. Everything that
/// is not read passes to the provider untouched, so fields that Tollgate has never heard of
/// survive.
///
/// @param model the public model name that was asked for
/// @param modelAt span of its value, quotes included
/// @param stream whether a streamed answer was asked for
/// @param streamOptionsAt span of the `stream_options` object, or null when absent
/// @param includeUsageAt span of the value of `stream_options.include_usage`, or null when absent
/// @param includeUsage whether the caller asked for a stream's usage
/// @param membersFrom offset just behind the `{` of the body
/// @param choices how many answers were asked for (`n`)
/// @param demands what it says about its own size
/// @param serviceTier the tier the caller named, or null
/// @param serviceTierAt span of the value of `service_tier`, or null when absent
/// @param user the caller's own name for its user, or null
/// @param metadata the caller's `metadata` object as JSON text, or null
public record Payload(
    byte[] body,
    String model,
    Span modelAt,
    boolean stream,
    @Nullable Span streamOptionsAt,
    @Nullable Span includeUsageAt,
    boolean includeUsage,
    int membersFrom,
    int choices,
    Demands demands,
    @Nullable String serviceTier,
    @Nullable Span serviceTierAt,
    @Nullable String user,
    @Nullable String metadata) {
  private static final byte[] USAGE_MEMBER =
      "\"stream_options\":{\"include_usage\":true},".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] USAGE_OPTION =
      "\"include_usage\":true,".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] USAGE_ONLY =
      "{\"include_usage\":true}".getBytes(StandardCharsets.US_ASCII);

  /// Long runs of base64, as images have them.
  private static final Pattern BINARY = Pattern.compile("[A-Za-z0-9+/=]{512,}+");

  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);

  /// Bytes `start` (inclusive) to `end` (exclusive) of the body.
  public record Span(int start, int end) {}

  /// An output cap to be written into the body.
  ///
  /// @param name the parameter that the model accepts
  public record CapEdit(String name, long tokens) {}

  /// What is written into the body that goes upstream.
  ///
  /// @param model the deployment's name for the model
  /// @param askForUsage whether a stream must be told to report its usage
  /// @param cap the output cap, or null to leave it as it is
  /// @param serviceTier the tier, or null to leave it as it is
  public record Edits(
      String model, boolean askForUsage, @Nullable CapEdit cap, @Nullable String serviceTier) {}

  private record Edit(int start, int end, byte[] replacement) {}

  /// The body that goes upstream: the named edits and nothing else. Returns the very array that
  /// came in when no edit is needed.
  public byte[] render(Edits named) {
    List<Edit> edits = new ArrayList<>(2);
    if (!named.model().equals(model)) {
      edits.add(new Edit(modelAt.start(), modelAt.end(), quote(named.model())));
    }
    if (named.askForUsage() && stream && !includeUsage) {
      edits.add(usageEdit());
    }
    if (named.cap() != null) {
      addCap(edits, named.cap());
    }
    String tier = named.serviceTier();
    if (tier != null) {
      edits.add(
          serviceTierAt == null
              ? new Edit(membersFrom, membersFrom, ascii("\"service_tier\":\"" + tier + "\","))
              : new Edit(serviceTierAt.start(), serviceTierAt.end(), quote(tier)));
    }
    return edits.isEmpty() ? body : splice(edits);
  }

  /// The body as text, for counting tokens. Pictures are left out, unless what looks like them is
  /// more than there is of them: then a text may be among it, and nothing is.
  public String text() {
    long binary = demands.parts().binaryBytes();
    String whole = new String(body, StandardCharsets.UTF_8);
    if (binary == 0) {
      return whole;
    }
    String text = BINARY.matcher(whole).replaceAll("");
    return whole.length() - text.length() <= binary ? text : whole;
  }

  /// Every cap in the body gets the same value, so that it does not matter which one a provider
  /// reads. Nothing is edited that says so already.
  private void addCap(List<Edit> edits, CapEdit cap) {
    List<Demands.Cap> caps = demands.caps();
    String member = '"' + cap.name() + "\":" + cap.tokens();
    if (caps.isEmpty()) {
      edits.add(new Edit(membersFrom, membersFrom, ascii(member + ',')));
      return;
    }
    boolean named = caps.stream().anyMatch(each -> each.name().equals(cap.name()));
    for (int i = 0; i < caps.size(); i++) {
      Demands.Cap each = caps.get(i);
      if (!named && i == 0) {
        edits.add(new Edit(each.nameAt().start(), each.valueAt().end(), ascii(member)));
      } else if (each.tokens() != cap.tokens()) {
        edits.add(
            new Edit(
                each.valueAt().start(), each.valueAt().end(), ascii(String.valueOf(cap.tokens()))));
      }
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private Edit usageEdit() {
    if (includeUsageAt != null) {
      return new Edit(includeUsageAt.start(), includeUsageAt.end(), TRUE);
    }
    if (streamOptionsAt == null) {
      return new Edit(membersFrom, membersFrom, USAGE_MEMBER);
    }
    boolean isObject = body[streamOptionsAt.start()] == '{';
    if (!isObject || isEmptyObject(streamOptionsAt)) {
      return new Edit(streamOptionsAt.start(), streamOptionsAt.end(), USAGE_ONLY);
    }
    int inside = streamOptionsAt.start() + 1;
    return new Edit(inside, inside, USAGE_OPTION);
  }

  private boolean isEmptyObject(Span span) {
    for (int i = span.start() + 1; i < span.end() - 1; i++) {
      if (body[i] > ' ') {
        return false;
      }
    }
    return true;
  }

  private byte[] splice(List<Edit> edits) {
    edits.sort(Comparator.comparingInt(Edit::start));
    int length = body.length;
    for (Edit edit : edits) {
      length += edit.replacement().length - (edit.end() - edit.start());
    }
    byte[] out = new byte[length];
    int from = 0;
    int to = 0;
    for (Edit edit : edits) {
      int kept = edit.start() - from;
      System.arraycopy(body, from, out, to, kept);
      to += kept;
      System.arraycopy(edit.replacement(), 0, out, to, edit.replacement().length);
      to += edit.replacement().length;
      from = edit.end();
    }
    System.arraycopy(body, from, out, to, body.length - from);
    return out;
  }

  private static byte[] quote(String name) {
    StringBuilder text = new StringBuilder(name.length() + 2).append('"');
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\');
      }
      text.append(c);
    }
    return text.append('"').toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload payload
        && Arrays.equals(body, payload.body)
        && model.equals(payload.model);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(body);
  }

  @Override
  public String toString() {
    return "Payload[" + model + ", " + body.length + " bytes]";
  }
}
