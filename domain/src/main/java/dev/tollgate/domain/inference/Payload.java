package dev.tollgate.domain.inference;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The body of a call: the bytes as they came and what was read from them. Everything that is not
/// read passes to the provider untouched, so fields that Tollgate has never heard of survive.
///
/// @param demands what it says about its own size
/// @param writer writes edits into it, in the dialect that it is written in
public record Payload(byte[] body, Asked asked, Labels labels, Demands demands, Writer writer) {
  /// Long runs of base64, as images have them.
  private static final Pattern BINARY = Pattern.compile("[A-Za-z0-9+/=]{512,}+");

  /// What the caller asked for.
  ///
  /// @param model the public model name
  /// @param stream whether a streamed answer was asked for
  /// @param includeUsage whether the caller asked for a stream's usage
  /// @param choices how many answers were asked for (`n`)
  /// @param serviceTier the tier the caller named, or null
  public record Asked(
      String model,
      boolean stream,
      boolean includeUsage,
      int choices,
      @Nullable String serviceTier) {}

  /// What the caller wrote about itself.
  ///
  /// @param user its own name for its user, or null
  /// @param metadata its `metadata` object as JSON text, or null
  public record Labels(@Nullable String user, @Nullable String metadata) {
    public static final Labels NONE = new Labels(null, null);
  }

  /// An output cap to be written into the body.
  ///
  /// @param name the parameter that the model accepts
  /// @param mayBeOther whether the model may want it under another name instead
  public record CapEdit(String name, long tokens, boolean mayBeOther) {}

  /// What is written into the body that goes upstream.
  ///
  /// @param model the deployment's name for the model
  /// @param askForUsage whether a stream must be told to report its usage
  /// @param cap the output cap, or null to leave it as it is
  /// @param serviceTier the tier, or null to leave it as it is
  public record Edits(
      String model, boolean askForUsage, @Nullable CapEdit cap, @Nullable String serviceTier) {}

  /// Writes edits into a body. Knows where in that body they belong.
  @FunctionalInterface
  public interface Writer {
    /// @return the body with the edits and nothing else changed; the very array when none is needed
    byte[] write(byte[] body, Edits edits);
  }

  public String model() {
    return asked.model();
  }

  public boolean stream() {
    return asked.stream();
  }

  /// The body that goes upstream: the named edits and nothing else. Returns the very array that
  /// came in when no edit is needed.
  public byte[] render(Edits edits) {
    return writer.write(body, edits);
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

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload payload
        && Arrays.equals(body, payload.body)
        && asked.equals(payload.asked);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(body);
  }

  @Override
  public String toString() {
    return "Payload[" + asked.model() + ", " + body.length + " bytes]";
  }
}
