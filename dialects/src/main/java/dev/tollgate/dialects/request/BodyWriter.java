package dev.tollgate.dialects.request;

import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.Payload.Asked;
import dev.tollgate.domain.inference.Payload.CapEdit;
import dev.tollgate.domain.inference.Payload.Edits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Writes edits into a body that was read: it knows where the members are that edits touch.
///
/// @param asked what the body says
/// @param caps the output caps in it, in order
record BodyWriter(Asked asked, Places places, List<CapAt> caps) implements Payload.Writer {
  private static final byte[] USAGE_MEMBER = ascii("\"stream_options\":{\"include_usage\":true},");
  private static final byte[] USAGE_OPTION = ascii("\"include_usage\":true,");
  private static final byte[] USAGE_ONLY = ascii("{\"include_usage\":true}");
  private static final byte[] TRUE = ascii("true");

  /// Bytes `start` (inclusive) to `end` (exclusive) of the body.
  record Span(int start, int end) {}

  /// Where members are. Spans are those of values; a member that is absent has none.
  ///
  /// @param membersFrom offset just behind the `{` of the body
  record Places(
      int membersFrom,
      Span model,
      @Nullable Span streamOptions,
      @Nullable Span includeUsage,
      @Nullable Span serviceTier) {}

  /// An output cap in the body.
  ///
  /// @param tokens what it says; empty for null
  /// @param nameAt span of its name, quotes included
  record CapAt(String name, OptionalLong tokens, Span nameAt, Span valueAt) {
    boolean says(long number) {
      return tokens.isPresent() && tokens.getAsLong() == number;
    }
  }

  private record Edit(Span at, byte[] replacement) {}

  @Override
  public byte[] write(byte[] body, Edits named) {
    List<Edit> edits = new ArrayList<>(2);
    if (!named.model().equals(asked.model())) {
      edits.add(new Edit(places.model(), quote(named.model())));
    }
    if (named.askForUsage() && asked.stream() && !asked.includeUsage()) {
      edits.add(usageEdit(body));
    }
    if (named.cap() != null) {
      addCap(edits, named.cap());
    }
    String tier = named.serviceTier();
    if (tier != null) {
      edits.add(
          places.serviceTier() == null
              ? newMember(ascii("\"service_tier\":\"" + tier + "\","))
              : new Edit(places.serviceTier(), quote(tier)));
    }
    return edits.isEmpty() ? body : splice(body, edits);
  }

  /// Every cap in the body gets the same value, so that it does not matter which one a provider
  /// reads. Nothing is edited that says so already.
  private void addCap(List<Edit> edits, CapEdit cap) {
    String member = '"' + cap.name() + "\":" + cap.tokens();
    if (caps.isEmpty()) {
      edits.add(newMember(ascii(member + ',')));
      return;
    }
    boolean named = caps.stream().anyMatch(each -> each.name().equals(cap.name()));
    for (int i = 0; i < caps.size(); i++) {
      CapAt each = caps.get(i);
      if (!named && i == 0) {
        Span whole = new Span(each.nameAt().start(), each.valueAt().end());
        edits.add(new Edit(whole, ascii(member)));
      } else if (!each.says(cap.tokens())) {
        edits.add(new Edit(each.valueAt(), ascii(String.valueOf(cap.tokens()))));
      }
    }
  }

  private Edit usageEdit(byte[] body) {
    if (places.includeUsage() != null) {
      return new Edit(places.includeUsage(), TRUE);
    }
    Span options = places.streamOptions();
    if (options == null) {
      return newMember(USAGE_MEMBER);
    }
    if (body[options.start()] != '{' || isEmptyObject(body, options)) {
      return new Edit(options, USAGE_ONLY);
    }
    return insert(options.start() + 1, USAGE_OPTION);
  }

  private Edit newMember(byte[] member) {
    return insert(places.membersFrom(), member);
  }

  private static Edit insert(int at, byte[] text) {
    return new Edit(new Span(at, at), text);
  }

  private static boolean isEmptyObject(byte[] body, Span span) {
    for (int i = span.start() + 1; i < span.end() - 1; i++) {
      if (body[i] > ' ') {
        return false;
      }
    }
    return true;
  }

  private static byte[] splice(byte[] body, List<Edit> edits) {
    edits.sort(Comparator.comparingInt(each -> each.at().start()));
    int length = body.length;
    for (Edit edit : edits) {
      length += edit.replacement().length - (edit.at().end() - edit.at().start());
    }
    byte[] out = new byte[length];
    int from = 0;
    int to = 0;
    for (Edit edit : edits) {
      int kept = edit.at().start() - from;
      System.arraycopy(body, from, out, to, kept);
      to += kept;
      System.arraycopy(edit.replacement(), 0, out, to, edit.replacement().length);
      to += edit.replacement().length;
      from = edit.at().end();
    }
    System.arraycopy(body, from, out, to, body.length - from);
    return out;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
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
}
