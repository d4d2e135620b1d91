package dev.tollgate.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;

/// Bodies that are not requests, made from a seed.
final class MalformedBodies {
  private static final List<String> CALLS =
      List.of(
          "/v1/chat/completions",
          "/v1/completions",
          "/v1/embeddings",
          "/v1/responses",
          "/v1/messages",
          "/v1/messages/count_tokens");
  private static final List<String> MANAGEMENT =
      List.of(
          "/api/v1/projects",
          "/api/v1/keys",
          "/api/v1/providers",
          "/api/v1/models",
          "/api/v1/prices");
  private static final List<String> CHECKED =
      List.of(
          "model",
          "stream",
          "stream_options",
          "messages",
          "max_tokens",
          "max_completion_tokens",
          "max_output_tokens",
          "n",
          "service_tier",
          "user",
          "metadata",
          "input");
  private static final List<String> WRONG =
      List.of("{}", "[]", "[1]", "1.5", "\"x\"", "true", "-1e400", "[[]]", "{\"a\":{\"b\":[]}}");
  private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
  private static final int[][] BAD_UTF8 = {
    {0x80},
    {0xbf},
    {0xc0, 0x80},
    {0xc1, 0xbf},
    {0xc3},
    {0xe0, 0x80, 0x80},
    {0xe0, 0x9f, 0xbf},
    {0xe2, 0x82},
    {0xed, 0xa0, 0x80},
    {0xed, 0xbf, 0xbf},
    {0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80},
    {0xf0, 0x80, 0x80, 0x80},
    {0xf0, 0x9f, 0x98},
    {0xf4, 0x90, 0x80, 0x80},
    {0xf5, 0x80, 0x80, 0x80},
    {0xf8, 0x88, 0x80, 0x80, 0x80},
    {0xfc, 0x84, 0x80, 0x80, 0x80, 0x80},
    {0xfe},
    {0xff}
  };

  private final RandomGenerator random;
  private final String openAiModel;
  private final String anthropicModel;

  /// What is expected of the answer.
  enum Expected {
    REFUSED,
    REFUSED_OR_SERVED
  }

  /// One body and where it goes.
  record Sample(String kind, String path, byte[] body, boolean gzip, Expected expected) {
    boolean isManagement() {
      return path.startsWith("/api/");
    }

    boolean isAnthropic() {
      return path.startsWith("/v1/messages");
    }

    String method() {
      return path.endsWith("/prices") ? "PUT" : "POST";
    }

    String start() {
      String text = new String(body, 0, Math.min(body.length, 200), StandardCharsets.ISO_8859_1);
      return kind + " " + path + " (" + body.length + " bytes) " + text;
    }
  }

  MalformedBodies(RandomGenerator random, String openAiModel, String anthropicModel) {
    this.random = random;
    this.openAiModel = openAiModel;
    this.anthropicModel = anthropicModel;
  }

  Sample next() {
    String path = random.nextInt(5) == 0 ? pick(MANAGEMENT) : pick(CALLS);
    return switch (random.nextInt(18)) {
      case 0, 1 -> bad("truncated", path, truncated(path));
      case 2 -> bad("deep", path, deep(path));
      case 3 -> bad("duplicate key", path, doubled(path, true));
      case 4, 5 -> bad("case variant", pick(CALLS), variant());
      case 6 -> bad("bad UTF-8", path, badUtf8(path));
      case 7 -> bad("BOM or UTF-16", pick(CALLS), otherEncoding());
      case 8 -> bad("control character", path, control(path));
      case 9 -> bad("long number", path, longNumber(path));
      case 10 -> bad("long key", pick(CALLS), longKey());
      case 11 -> wrongType();
      case 12 ->
          bad(
              "trailing garbage",
              path,
              join(valid(path), pick(List.of("x", "{}", "]", "\0", "1"))));
      case 13 ->
          bad(
              "root",
              path,
              bytes(pick(List.of("[]", "1", "\"x\"", "null", "true", "[{}]", " ", "{", "nul"))));
      case 14 ->
          new Sample(
              "gzip",
              pick(CALLS),
              zipped(random.nextInt(100) == 0),
              true,
              Expected.REFUSED_OR_SERVED);
      case 15 ->
          bad(
              "required member missing",
              pick(CALLS),
              bytes("{\"user\":\"" + random.nextInt() + "\"}"));
      case 16 -> bad("noise", path, noise());
      default -> mutated();
    };
  }

  /// Large ones, of which a few are enough.
  List<Sample> heavy() {
    String chat = CALLS.getFirst();
    StringBuilder keys = new StringBuilder("{\"model\":\"" + openAiModel + "\"");
    for (int i = 0; i < 300_000; i++) {
      keys.append(",\"k").append(i).append("\":0");
    }
    String start = "{\"model\":\"" + openAiModel + "\",\"x\":";
    return List.of(
        bad("depth of 100,000 arrays", chat, bytes(start + "[".repeat(100_000))),
        bad("depth of 100,000 objects", chat, bytes(start + "{\"a\":".repeat(100_000))),
        bad("depth of 5,000,000", chat, bytes("[".repeat(5_000_000))),
        bad("a million digits", chat, bytes(start + "1".repeat(1_000_000) + "}")),
        bad(
            "a million digits behind a point",
            chat,
            bytes(start + "0." + "1".repeat(1_000_000) + "}")),
        bad(
            "a million digits of exponent",
            chat,
            bytes(start + "1e" + "1".repeat(1_000_000) + "}")),
        bad("300,000 keys", chat, bytes(keys + "}")),
        bad("key of 9 MB", chat, bytes("{\"" + "k".repeat(9_000_000) + "\":1}")),
        bad("model of 9 MB", chat, bytes("{\"model\":\"" + "m".repeat(9_000_000) + "\"}")),
        bad("9 MB of escapes", chat, bytes("{\"model\":\"" + "\\u0041".repeat(1_500_000) + "\"}")),
        bad("9 MB of spaces", chat, bytes(" ".repeat(9_000_000))),
        bad(
            "depth of 100,000 for management",
            "/api/v1/keys",
            bytes("{\"a\":" + "[".repeat(100_000))),
        bad(
            "1 MB key for management",
            "/api/v1/keys",
            bytes("{\"" + "k".repeat(1_000_000) + "\":1}")),
        bad("gzip bomb", chat, zipped(true), true),
        bad("gzip bomb for management", "/api/v1/keys", zipped(true), true));
  }

  private String valid(String path) {
    return switch (path) {
      case "/v1/completions" -> call(openAiModel, "\"prompt\":\"hi\"");
      case "/v1/embeddings", "/v1/responses" -> call(openAiModel, "\"input\":\"hi\"");
      case "/v1/messages", "/v1/messages/count_tokens" ->
          call(
              anthropicModel,
              "\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]");
      case "/v1/chat/completions" ->
          call(openAiModel, "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"n\":1");
      default ->
          "{\"name\":\"" + TestingGateway.unique("hostile") + "\",\"nonsense\":[1,{\"a\":null}]}";
    };
  }

  private static String call(String model, String members) {
    return "{\"model\":\""
        + model
        + "\","
        + members
        + ",\"user\":\"u\",\"metadata\":{\"a\":\"b\"}}";
  }

  private byte[] truncated(String path) {
    String text = valid(path);
    return bytes(text.substring(0, 1 + random.nextInt(text.length() - 1)));
  }

  private byte[] deep(String path) {
    int depth = 70 + random.nextInt(3_000);
    String open = random.nextBoolean() ? "[" : "{\"a\":";
    String close = open.equals("[") ? "]" : "}";
    return inserted(path, "\"x\":" + open.repeat(depth) + "1" + close.repeat(depth));
  }

  private byte[] doubled(String path, boolean sameCase) {
    String name = path.startsWith("/api/") ? "name" : pick(CHECKED.subList(0, 1));
    String other = sameCase ? name : otherCase(name);
    return inserted(path, "\"" + other + "\":\"x\"");
  }

  /// A checked member under a name that only a careless reader takes for it: beside the real one,
  /// or alone.
  private byte[] variant() {
    if (random.nextBoolean()) {
      return doubled(pick(CALLS.subList(0, 1)), false);
    }
    String name =
        pick(
            List.of(
                "stream", "stream_options", "max_tokens", "n", "service_tier", "user", "metadata"));
    String value = pick(List.of("true", "null", "1", "{}"));
    return bytes(
        "{\"model\":\""
            + openAiModel
            + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\""
            + otherCase(name)
            + "\":"
            + value
            + "}");
  }

  private String otherCase(String name) {
    char[] letters = name.toCharArray();
    do {
      for (int i = 0; i < letters.length; i++) {
        boolean up = random.nextBoolean();
        letters[i] = up ? Character.toUpperCase(name.charAt(i)) : name.charAt(i);
      }
    } while (new String(letters).equals(name));
    return new String(letters);
  }

  private byte[] badUtf8(String path) {
    int[] bad = BAD_UTF8[random.nextInt(BAD_UTF8.length)];
    byte[] start = bytes("{\"x\":\"");
    byte[] end = bytes("\"," + valid(path).substring(1));
    byte[] all = Arrays.copyOf(start, start.length + bad.length + end.length);
    for (int i = 0; i < bad.length; i++) {
      all[start.length + i] = (byte) bad[i];
    }
    System.arraycopy(end, 0, all, start.length + bad.length, end.length);
    return all;
  }

  private byte[] otherEncoding() {
    String text = valid(CALLS.getFirst());
    if (random.nextInt(3) == 0) {
      return join(BOM, bytes(text));
    }
    return text.getBytes(
        Charset.forName(pick(List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"))));
  }

  private byte[] control(String path) {
    char c = (char) random.nextInt(0x20);
    if (c == '\t' || c == '\n' || c == '\r') {
      c = 0;
    }
    return random.nextBoolean()
        ? inserted(path, "\"x\":\"" + c + "\"")
        : bytes(valid(path).replaceFirst(",", "," + c));
  }

  private byte[] longNumber(String path) {
    String digits = "9".repeat(1_001 + random.nextInt(9_000));
    String number =
        pick(List.of(digits, "-" + digits, "0." + digits, "1e" + digits, digits + ".5e9"));
    return inserted(path, "\"x\":" + number);
  }

  private byte[] longKey() {
    return inserted(CALLS.getFirst(), "\"" + "k".repeat(1_025 + random.nextInt(9_000)) + "\":1");
  }

  private Sample wrongType() {
    String path = CALLS.getFirst();
    String name = pick(CHECKED);
    String value = pick(WRONG);
    String rest = valid(path).replace("\"" + name + "\":", "\"other\":");
    Expected expected = isRight(name, value) ? Expected.REFUSED_OR_SERVED : Expected.REFUSED;
    byte[] body = bytes("{\"" + name + "\":" + value + "," + rest.substring(1));
    return new Sample("wrong type of " + name, path, body, false, expected);
  }

  private static boolean isRight(String name, String value) {
    return switch (name) {
      case "input" -> true;
      case "stream" -> value.equals("true");
      case "model", "service_tier", "user" -> value.startsWith("\"");
      case "stream_options", "metadata" -> value.startsWith("{");
      default -> false;
    };
  }

  private byte[] zipped(boolean bomb) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    Arrays.fill(zeros, (byte) ' ');
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes(valid(CALLS.getFirst())));
      for (int i = 0; bomb && i < 300; i++) {
        zip.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(400)];
    random.nextBytes(bytes);
    if (bytes.length > 0 && bytes[0] == '{') {
      bytes[0] = 0;
    }
    return bytes.length == 0 ? bytes("\0") : bytes;
  }

  /// A valid body with a few bytes changed, left out or repeated.
  private Sample mutated() {
    String path = pick(CALLS);
    byte[] body = bytes(valid(path));
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      int at = random.nextInt(body.length);
      body =
          switch (random.nextInt(4)) {
            case 0 -> join(Arrays.copyOf(body, at), Arrays.copyOfRange(body, at + 1, body.length));
            case 1 -> join(Arrays.copyOf(body, at), Arrays.copyOfRange(body, at / 2, body.length));
            case 2 -> flipped(body, at, (byte) random.nextInt(256));
            default -> flipped(body, at, (byte) "{}[]\",:\\0u".charAt(random.nextInt(10)));
          };
    }
    return new Sample("mutated", path, body, false, Expected.REFUSED_OR_SERVED);
  }

  private static byte[] flipped(byte[] body, int at, byte value) {
    byte[] copy = body.clone();
    copy[at] = value;
    return copy;
  }

  private byte[] inserted(String path, String member) {
    return bytes("{" + member + "," + valid(path).substring(1));
  }

  private static Sample bad(String kind, String path, byte[] body) {
    return bad(kind, path, body, false);
  }

  private static Sample bad(String kind, String path, byte[] body, boolean gzip) {
    return new Sample(kind, path, body, gzip, Expected.REFUSED);
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static byte[] join(String start, String end) {
    return bytes(start + end);
  }

  private static byte[] join(byte[] start, byte[] end) {
    byte[] all = Arrays.copyOf(start, start.length + end.length);
    System.arraycopy(end, 0, all, start.length, end.length);
    return all;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
