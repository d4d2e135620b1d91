package dev.tollgate.bootstrap;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Requests that two parsers could read differently, each with another request hidden in it that
/// must never run.
final class RawAttacks {
  private static final String EMPTY_CHUNKS = "0\r\n\r\n";
  private static final String CHUNKED = "Transfer-Encoding: chunked";
  private static final int MEBI = 1 << 20;

  private final String head;
  private final String hidden;
  private final List<Attack> list = new ArrayList<>();

  /// One attack.
  ///
  /// @param wellFormed a request that may be answered as usual; what hides in its body may not run
  /// @param thenSilence whether the connection stays open from our side
  /// @param drip whether the bytes go out one a second
  record Attack(String name, String bytes, boolean wellFormed, boolean thenSilence, boolean drip) {
    byte[] wire() {
      return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private RawAttacks(String key, String hidden) {
    this.head = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key;
    this.hidden = hidden;
  }

  /// @param key an honest key, for what wraps the hidden request
  /// @param hidden the request that must not run
  static List<Attack> all(String key, String hidden) {
    RawAttacks attacks = new RawAttacks(key, hidden);
    attacks.bothFramings();
    attacks.encodings();
    attacks.lengths();
    attacks.chunkSizes();
    attacks.chunkEnds();
    attacks.tooLarge();
    attacks.requestLines();
    attacks.headers();
    attacks.hosts();
    attacks.bodiesNobodyWants();
    attacks.silences();
    attacks.otherProtocols();
    return attacks.list;
  }

  private void bothFramings() {
    String all = EMPTY_CHUNKS + hidden;
    String length = "Content-Length: " + all.length();
    String chunk = Integer.toHexString(hidden.length()) + "\r\n" + hidden + "\r\n" + EMPTY_CHUNKS;
    broken("CL then TE", length + "\r\n" + CHUNKED, all);
    broken("TE then CL", CHUNKED + "\r\n" + length, all);
    broken("CL 0 then TE", "Content-Length: 0\r\n" + CHUNKED, all);
    broken("CL shorter than a chunk", "Content-Length: 4\r\n" + CHUNKED, chunk);
    broken("TE, CL shorter than a chunk", CHUNKED + "\r\nContent-Length: 4", chunk);
    broken("TE in capitals and CL", "TRANSFER-ENCODING: CHUNKED\r\n" + length, all);
    broken("TE with a tab and CL", "Transfer-Encoding:\tchunked\r\n" + length, all);
    broken("TE with a vertical tab and CL", "Transfer-Encoding:\u000bchunked\r\n" + length, all);
    broken("TE with a form feed and CL", "Transfer-Encoding: \fchunked\r\n" + length, all);
    broken("TE with a NUL and CL", "Transfer-Encoding: chunked\0\r\n" + length, all);
    broken(
        "TE with a space before the colon and CL", "Transfer-Encoding : chunked\r\n" + length, all);
    broken("TE behind a lone LF and CL", "X: y\nTransfer-Encoding: chunked\r\n" + length, all);
    broken("TE behind a lone CR and CL", "X: y\rTransfer-Encoding: chunked\r\n" + length, all);
    broken("TE on a folded line and CL", "X: y\r\n Transfer-Encoding: chunked\r\n" + length, all);
    broken("TE folded and CL", "Transfer-Encoding:\r\n chunked\r\n" + length, all);
    broken("TE named over two lines and CL", "Transfer-Encoding\r\n : chunked\r\n" + length, all);
    broken("empty TE and CL", "Transfer-Encoding: \r\n" + length, all);
    broken(
        "TE listed as hop-by-hop and CL",
        "Connection: Transfer-Encoding\r\n" + CHUNKED + "\r\n" + length,
        all);
    good("TE with an underscore and CL", "Transfer_Encoding: chunked\r\n" + length, all);
  }

  private void encodings() {
    String all = EMPTY_CHUNKS + hidden;
    broken("chunked twice in two lines", CHUNKED + "\r\n" + CHUNKED, all);
    broken("chunked then identity in two lines", CHUNKED + "\r\nTransfer-Encoding: identity", all);
    broken("identity then chunked in two lines", "Transfer-Encoding: identity\r\n" + CHUNKED, all);
    for (String value :
        List.of(
            "identity",
            "chunked, identity",
            "identity, chunked",
            "chunked, chunked",
            "gzip, chunked",
            "xchunked",
            "chunkedx",
            "\"chunked\"",
            "chunked;q=1",
            "chunked,",
            ", chunked",
            "chun ked",
            "cow",
            "")) {
      broken("TE: " + value, "Transfer-Encoding: " + value, all);
    }
  }

  private void lengths() {
    String size = String.valueOf(hidden.length());
    for (String value :
        List.of(
            "-1",
            "+0",
            "0x0",
            "0,0",
            "0, 0",
            "0 0",
            "0;",
            "",
            "a",
            "1e1",
            "0.0",
            "-0",
            "99999999999999999999",
            "18446744073709551616",
            "9223372036854775808",
            "0\u000b")) {
      broken("CL: " + value, "Content-Length: " + value, hidden);
    }
    broken("CL of 2^32", "Content-Length: 4294967296", hidden);
    broken("CL twice, different", "Content-Length: " + size + "\r\nContent-Length: 0", hidden);
    broken("CL twice, different, 0 first", "Content-Length: 0\r\nContent-Length: " + size, hidden);
    broken("CL listed twice, different", "Content-Length: 0, " + size, hidden);
    good("CL twice, equal", "Content-Length: " + size + "\r\nContent-Length: " + size, hidden);
    broken("CL with a space before the colon", "Content-Length : " + size, hidden);
    broken("CL folded", "Content-Length:\r\n " + size, hidden);
    broken("CL behind a folded line", "X: y\r\n Content-Length: 0", hidden);
    broken("no framing at all, last", "Connection: close", hidden);
  }

  private void chunkSizes() {
    for (String size :
        List.of(
            "-1",
            "-0",
            "100000000",
            "100000005",
            "80000000",
            "FFFFFFFF",
            "FFFFFFFFFFFFFFFF",
            "10000000000000005",
            "",
            " 5",
            "5 ",
            "\t5",
            "0x5",
            "+5",
            "5\0",
            "G",
            "5,5",
            "5 5")) {
      broken("chunk size '" + size + "'", CHUNKED, size + "\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    }
    broken("chunk extension", CHUNKED, "5;a=b\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken(
        "chunk extension with a lone LF", CHUNKED, "5;a\nb\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken(
        "chunk extension of 1 MiB",
        CHUNKED,
        "5;" + "a".repeat(MEBI) + "\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken(
        "chunk size with 1,000 zeros",
        CHUNKED,
        "0".repeat(1_000) + "5\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken("chunk size on an LF line", CHUNKED, "5\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken("chunk size on a CR line", CHUNKED, "5\rhello\r\n" + EMPTY_CHUNKS + hidden);
    silent("chunk of 2 GiB, then silence", CHUNKED, "7fffffff\r\n" + hidden);
  }

  private void chunkEnds() {
    broken("no CR LF behind a chunk", CHUNKED, "5\r\nhello" + EMPTY_CHUNKS + hidden);
    broken("two other bytes behind a chunk", CHUNKED, "5\r\nhelloXX" + EMPTY_CHUNKS + hidden);
    broken("LF behind a chunk", CHUNKED, "5\r\nhello\n" + EMPTY_CHUNKS + hidden);
    broken("chunk longer than its size", CHUNKED, "3\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken("chunk shorter than its size", CHUNKED, "a\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken("no last chunk", CHUNKED, "5\r\nhello\r\n" + hidden);
    broken("last chunk on LF lines", CHUNKED, "5\r\nhello\r\n0\n\n" + hidden);
    broken("a trailer with framing", CHUNKED, "0\r\nContent-Length: 5\r\n\r\n" + hidden);
    broken("a trailer without a colon", CHUNKED, "0\r\nX\r\n\r\n" + hidden);
    broken("proper chunks, then a request", CHUNKED, "5\r\nhello\r\n" + EMPTY_CHUNKS + hidden);
    broken("empty chunks, then a request", CHUNKED, EMPTY_CHUNKS + hidden);
  }

  private void tooLarge() {
    String many = hidden.repeat(20);
    String admin = "POST /api/v1/keys HTTP/1.1\r\nHost: a\r\n";
    String chunk = "10000\r\n" + "x".repeat(65_536) + "\r\n";
    broken("11 MiB in chunks, then requests", CHUNKED, chunk.repeat(176) + many);
    broken(
        "one chunk of 11 MiB, then requests",
        CHUNKED,
        "b00000\r\n" + "x".repeat(11 * MEBI) + "\r\n" + many);
    broken("CL of 11 MiB of requests", "Content-Length: " + 11 * MEBI, many);
    raw("1.5 MiB in chunks to the API", admin + CHUNKED + "\r\n\r\n" + chunk.repeat(24) + many);
    raw("CL of 2 MiB of requests to the API", admin + "Content-Length: 2097152\r\n\r\n" + many);
    broken("CL too large with Expect", "Expect: 100-continue\r\nContent-Length: 20000000", many);
    broken(
        "chunks with Expect, then a request",
        "Expect: 100-continue\r\n" + CHUNKED,
        "zz\r\n" + many);
  }

  private void requestLines() {
    String rest = "Host: a\r\n\r\n" + hidden;
    raw("9 KB request line", "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\n" + rest);
    raw("HTTP/1.0", "GET /v1/models HTTP/1.0\r\n" + rest);
    raw("HTTP/1.2", "GET /v1/models HTTP/1.2\r\n" + rest);
    raw("HTTP/2.0", "GET /v1/models HTTP/2.0\r\n" + rest);
    raw("lower-case protocol", "GET /v1/models http/1.1\r\n" + rest);
    raw("HTTP/0.9", "GET /v1/models\r\n" + rest);
    raw("no path", "GET HTTP/1.1\r\n" + rest);
    raw("tab instead of space", "GET\t/v1/models\tHTTP/1.1\r\n" + rest);
    raw("two spaces", "GET  /v1/models HTTP/1.1\r\n" + rest);
    raw("space in the path", "GET /v1/mo dels HTTP/1.1\r\n" + rest);
    raw("NUL in the path", "GET /v1/\0models HTTP/1.1\r\n" + rest);
    raw("request line on an LF line", "GET /v1/models HTTP/1.1\n" + rest);
    raw("empty line first", "\r\n\r\nGARBAGE\r\n" + rest);
    raw("method with a NUL", "G\0T /v1/models HTTP/1.1\r\n" + rest);
    raw("request line of spaces", "                        \r\n" + rest);
    raw("malformed, then twenty requests", "nonsense\r\n\r\n" + hidden.repeat(20));
  }

  private void headers() {
    broken("header without a colon", "Nonsense", hidden);
    broken("header without a name", ": x", hidden);
    broken("space before the colon", "X : y", hidden);
    broken("space before the first header's name", " X: y", hidden);
    broken("NUL in a value", "X: a\0b", hidden);
    broken("CR in a value", "X: a\rb", hidden);
    broken("LF in a value", "X: a\nb", hidden);
    broken("control character in a name", "X\u0001: a", hidden);
    broken("folded header", "X: a\r\n b", hidden);
    broken("header of 40 KB", "X: " + "a".repeat(40_000), hidden);
    broken("header name of 40 KB", "x".repeat(40_000) + ": a", hidden);
    broken("6,000 headers", "A: b\r\n".repeat(6_000) + "A: b", hidden);
    raw("headers on LF lines", head.replace("\r\n", "\n") + "\n\n" + hidden);
    broken("close, then a request", "Connection: close\r\nContent-Length: 2", "{}" + hidden);
    broken(
        "close in a list, then a request",
        "Connection: x, Close\r\nContent-Length: 2",
        "{}" + hidden);
  }

  private void hosts() {
    String get = "GET /v1/models HTTP/1.1\r\n";
    String more = "Connection: close\r\n\r\n" + hidden;
    raw("two hosts", get + "Host: a\r\nHost: b\r\n" + more);
    raw("no host", get + more);
    raw("empty host", get + "Host:\r\n" + more);
    raw("host with a path", get + "Host: a/b\r\n" + more);
    raw("host with a bad port", get + "Host: a:x\r\n" + more);
    raw("absolute form, other host", "GET http://b/v1/models HTTP/1.1\r\nHost: a\r\n" + more);
    raw("authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n" + more);
  }

  private void bodiesNobodyWants() {
    String length = "Content-Length: " + hidden.length();
    String framed = "Host: a\r\n" + length + "\r\n\r\n" + hidden;
    for (String line :
        List.of(
            "GET /v1/models",
            "HEAD /",
            "DELETE /v1/models",
            "TRACE /v1/models",
            "OPTIONS /v1/chat/completions",
            "POST /v1/nowhere",
            "POST /nowhere",
            "POST /v1/chat/completions",
            "GET /api/v1/keys",
            "POST /api/v1/keys",
            "PROPFIND /api/v1/keys")) {
      list.add(new Attack("body of " + line, line + " HTTP/1.1\r\n" + framed, true, false, false));
    }
    raw(
        "preflight with a body",
        "OPTIONS /v1/models HTTP/1.1\r\nOrigin: https://app.example\r\nConnection: close\r\n"
            + framed);
    good("expected body", "Expect: 100-continue\r\n" + length, hidden);
    good("body with an unknown expectation", "Expect: cow\r\n" + length, hidden);
    good("body with an upgrade", "Connection: Upgrade\r\nUpgrade: h2c\r\n" + length, hidden);
    good("body that says it is gzip", "Content-Encoding: gzip\r\n" + length, hidden);
    good("body with trailing garbage", length, hidden);
    String get = "GET /v1/models HTTP/1.1\r\nHost: a\r\n" + CHUNKED + "\r\n\r\n";
    raw("chunks behind GET", get + EMPTY_CHUNKS + hidden);
  }

  private void silences() {
    silent("body shorter than its length", "Content-Length: 1000", "{\"model\":");
    silent("half of a body of 300 KB", "Content-Length: 300000", "x".repeat(150_000));
    silent("chunk shorter than its size", CHUNKED, "100\r\n{");
    silent("no end of the headers", "X: y", "");
    list.add(new Attack("half a request line", "POST /v1/ch", false, true, false));
    String get = "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n";
    list.add(new Attack("half of a second request", get + "POST /v1/ch", false, true, false));
    list.add(new Attack("request line, then silence", head, false, true, false));
    list.add(new Attack("headers, a byte a second", head + "\r\nX: y", false, true, true));
    list.add(
        new Attack(
            "body, a byte a second",
            head + "\r\nContent-Length: 40\r\n\r\n" + "x".repeat(40),
            false,
            true,
            true));
  }

  private void otherProtocols() {
    raw("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0" + hidden);
    raw(
        "TLS greeting",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n" + hidden);
    raw("proxy protocol", "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + hidden);
    raw("SMTP", "EHLO a\r\nMAIL FROM: b\r\n\r\n" + hidden);
    raw("noise", "\u00ff\u0000\u0001\u0080".repeat(64) + "\r\n\r\n" + hidden);
  }

  private void raw(String name, String bytes) {
    list.add(new Attack(name, bytes, false, false, false));
  }

  private void broken(String name, String fields, String body) {
    raw(name, head + "\r\n" + fields + "\r\n\r\n" + body);
  }

  private void good(String name, String fields, String body) {
    list.add(new Attack(name, head + "\r\n" + fields + "\r\n\r\n" + body, true, false, false));
  }

  private void silent(String name, String fields, String body) {
    String end = body.isEmpty() ? "\r\n" : "\r\n\r\n";
    list.add(new Attack(name, head + "\r\n" + fields + end + body, false, true, false));
  }
}
