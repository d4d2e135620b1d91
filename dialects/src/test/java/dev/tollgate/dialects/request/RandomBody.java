package dev.tollgate.dialects.request;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.inference.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// A request that a caller may send, and what its provider may make of it. Says so by itself, not
/// by asking the code that reads requests.
public final class RandomBody {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] TIERS = {
    "flex", "priority", "default", "auto", "batch", "Priority", ""
  };

  /// What no reader of this version has heard of, or what it knows to lead elsewhere.
  private static final String[] REMOTE_PARTS = {
    "{\"type\":\"input_image_set\",\"set\":\"x\"}",
    "{\"type\":\"input_file\",\"file_id\":\"file-1\"}",
    "{\"type\":\"input_file\",\"file_url\":\"https://example.com/a.pdf\"}",
    "{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}",
    "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/a.pdf\"}}",
    "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"file_1\"}}",
    "{\"type\":\"container_upload\",\"file_id\":\"file_1\"}",
    "{\"type\":\"item_reference\",\"id\":\"msg_1\"}",
    "{\"id\":\"rs_1\"}",
    "{\"id\":\"rs_1\",\"type\":null}",
    "{\"type\":\"input_text\",\"text\":\"x\",\"url\":\"https://example.com\"}",
    "{\"type\":\"input_text\",\"text\":\"x\",\"source\":\"https://example.com\"}",
    "{\"type\":\"input_text\",\"text\":\"x\",\"file\":{\"id\":\"file-1\"}}",
    "{\"type\":\"input_text\",\"text\":\"x\",\"fileId\":\"file-1\"}",
    "{\"type\":\"input_file\",\"file_id\":\"file-1\",\"image_url\":\"https://example.com/a.png\"}",
    "{\"type\":\"reasoning\",\"summary\":[{\"type\":\"input_file\",\"file_id\":\"file-1\"}]}",
    "{\"type\":\"video_url\",\"video_url\":{\"url\":\"https://example.com/a.mp4\"}}",
    "{\"type\":\"web_search_tool_result\",\"content\":[]}"
  };

  private static final String[] REMOTE_TOOLS = {
    "{\"type\":\"mcp\",\"server_label\":\"x\",\"server_url\":\"https://example.com\"}",
    "{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}",
    "{\"type\":\"computer_use_preview\"}",
    "{\"type\":\"computer_20250124\",\"name\":\"computer\"}",
    "{\"type\":\"code_execution_20250825\",\"name\":\"code_execution\"}",
    "{\"type\":\"a_tool_of_tomorrow\"}",
    "{\"type\":\"image_generation\"}"
  };
  private static final String[] REMOTE_MEMBERS = {
    "{\"previous_response_id\":\"resp_1\"}",
    "{\"conversation\":\"conv_1\"}",
    "{\"mcp_servers\":[{\"url\":\"https://example.com\"}]}",
    "{\"container\":\"container_1\"}",
    "{\"plugins\":[{\"id\":\"web\"}]}",
    "{\"of_tomorrow\":{\"file\":\"x\"}}",
    "{\"of_tomorrow\":[\"https://example.com\"]}"
  };
  private static final String[] SCALARS = {"{\"scale_of_tomorrow\":1}", "{\"mode\":\"quick\"}"};

  public final Endpoint endpoint;
  public final byte[] bytes;

  /// The most input tokens that the provider may count, as long as it is not more than its window.
  public final long input;

  public final boolean media;
  public final boolean cacheWrites;
  public final long toolCalls;

  /// Whether its provider may go to the whole window.
  public final boolean remote;

  private RandomBody(Endpoint endpoint, Maker maker) {
    this.endpoint = endpoint;
    this.bytes = maker.body.toString().getBytes(StandardCharsets.UTF_8);
    this.input = maker.input;
    this.media = maker.media;
    this.cacheWrites = maker.cacheWrites;
    this.remote = maker.remote;
    this.toolCalls = maker.most < 0 ? maker.toolCalls : Math.min(maker.most, maker.toolCalls);
  }

  public static RandomBody of(Random random, ModelFacts facts) {
    Endpoint[] endpoints = {
      Endpoint.CHAT_COMPLETIONS,
      Endpoint.RESPONSES,
      Endpoint.MESSAGES,
      Endpoint.COMPLETIONS,
      Endpoint.EMBEDDINGS
    };
    Endpoint endpoint = endpoints[random.nextInt(endpoints.length)];
    Maker maker = new Maker(random, facts);
    maker.make(endpoint);
    return new RandomBody(endpoint, maker);
  }

  private static final class Maker {
    private final Random random;
    private final ModelFacts facts;
    private final ObjectNode body = JSON.createObjectNode().put("model", "gpt-x");
    private long input = 8;
    private boolean media;
    private boolean cacheWrites;
    private boolean remote;
    private long toolCalls;
    private long most = -1;

    private Maker(Random random, ModelFacts facts) {
      this.random = random;
      this.facts = facts;
    }

    private boolean oneIn(int many) {
      return random.nextInt(many) == 0;
    }

    /// A text counts a token for each of its characters at the most.
    private String text() {
      String text =
          oneIn(20) ? "a".repeat(600 + random.nextInt(3_000)) : "la ".repeat(random.nextInt(200));
      input += text.length();
      return text;
    }

    private static ObjectNode object(String json) {
      try {
        return (ObjectNode) JSON.readTree(json);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private String oneOf(String[] some) {
      return some[random.nextInt(some.length)];
    }

    private void make(Endpoint endpoint) {
      switch (endpoint) {
        case CHAT_COMPLETIONS -> {
          messages(body.putArray("messages"));
          caps("max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict");
          choices("n");
          tools();
          if (oneIn(6)) {
            body.put("speed", "fast");
          }
          if (oneIn(12)) {
            body.putObject("web_search_options");
            toolCalls += 16;
            remote = true;
          }
          if (oneIn(12)) {
            body.putArray("modalities").add("text").add("audio");
            media = true;
          }
          common();
        }
        case RESPONSES -> response();
        case MESSAGES -> {
          messages(body.putArray("messages"));
          body.put("max_tokens", 1 + random.nextInt(100_000));
          if (oneIn(3)) {
            body.put("system", text());
          }
          tools();
          if (oneIn(5)) {
            body.put("inference_geo", new String[] {"eu", "us", "EU"}[random.nextInt(3)]);
          }
          if (oneIn(6)) {
            body.put("speed", "fast");
          }
          common();
        }
        case COMPLETIONS -> {
          prompts();
          caps("max_tokens");
          choices("n");
          choices("best_of");
          common();
        }
        case EMBEDDINGS -> embedding();
        default -> throw new IllegalArgumentException(endpoint.name());
      }
    }

    private void response() {
      if (oneIn(3)) {
        body.put("input", text());
      } else {
        messages(body.putArray("input"));
      }
      caps("max_output_tokens");
      tools();
      if (oneIn(3)) {
        most = random.nextInt(40);
        body.put("max_tool_calls", most);
      } else if (oneIn(6)) {
        body.putNull("max_tool_calls");
      }
      common();
    }

    private void embedding() {
      if (oneIn(2)) {
        body.put("input", text());
      } else {
        ArrayNode tokens = body.putArray("input");
        for (int i = random.nextInt(300); i >= 0; i--) {
          tokens.add(random.nextInt(100_000));
          input++;
        }
      }
      common();
    }

    private void prompts() {
      if (oneIn(2)) {
        body.put("prompt", text());
        return;
      }
      ArrayNode prompts = body.putArray("prompt");
      for (int i = random.nextInt(5); i >= 0; i--) {
        prompts.add(text());
      }
    }

    private void choices(String name) {
      if (oneIn(4)) {
        body.put(name, 1 + random.nextInt(6));
      }
    }

    private void caps(String... names) {
      for (String name : names) {
        if (oneIn(2)) {
          body.put(name, random.nextInt(100_000));
        }
      }
    }

    private void common() {
      if (oneIn(4)) {
        body.put("service_tier", oneOf(TIERS));
      }
      if (oneIn(12)) {
        body.setAll(object(oneOf(REMOTE_MEMBERS)));
        remote = true;
      }
      if (oneIn(8)) {
        body.setAll(object(oneOf(SCALARS)));
      }
    }

    private void messages(ArrayNode messages) {
      for (int i = random.nextInt(4); i >= 0; i--) {
        ObjectNode message = messages.addObject().put("role", "user");
        input += 4;
        if (oneIn(2)) {
          message.put("content", text());
        } else {
          ArrayNode parts = message.putArray("content");
          for (int j = random.nextInt(4); j >= 0; j--) {
            part(parts);
          }
        }
      }
    }

    private void part(ArrayNode parts) {
      switch (random.nextInt(7)) {
        case 0 -> {
          parts.addObject().put("type", "image_url").putObject("image_url").put("url", image());
          input += facts.imageTokens();
        }
        case 1 -> {
          parts
              .addObject()
              .put("type", "image")
              .putObject("source")
              .put("type", "base64")
              .put("data", "A".repeat(512 + random.nextInt(2_000)));
          input += facts.imageTokens();
        }
        case 2 -> {
          parts.addObject().put("type", "input_image").put("image_url", image());
          input += facts.imageTokens();
        }
        case 3 -> {
          if (oneIn(3)) {
            parts
                .addObject()
                .put("type", "input_audio")
                .putObject("input_audio")
                .put("data", "A".repeat(900));
            input += facts.audioTokens();
            media = true;
          } else {
            ObjectNode part = parts.addObject().put("type", "text").put("text", text());
            part.putObject("cache_control").put("type", "ephemeral");
            cacheWrites = true;
          }
        }
        case 4 -> {
          if (oneIn(3)) {
            parts.add(object(oneOf(REMOTE_PARTS)));
            remote = true;
          }
        }
        default -> parts.addObject().put("type", "text").put("text", text());
      }
    }

    private String image() {
      return oneIn(2)
          ? "https://example.com/a.png"
          : "data:image/png;base64," + "A".repeat(512 + random.nextInt(2_000));
    }

    private void tools() {
      if (!oneIn(3)) {
        return;
      }
      if (oneIn(12)) {
        body.set("tools", object(REMOTE_TOOLS[0]));
        remote = true;
        media = true;
        return;
      }
      ArrayNode tools = body.putArray("tools");
      input += facts.hiddenTokens();
      for (int i = random.nextInt(3); i >= 0; i--) {
        switch (random.nextInt(4)) {
          case 0 -> {
            tools.add(object(oneOf(REMOTE_TOOLS)));
            remote = true;
            media = true;
          }
          case 1 -> {
            ObjectNode search = tools.addObject().put("type", "web_search_20250305");
            remote = true;
            if (oneIn(2)) {
              search.put("max_uses", 1 + random.nextInt(3));
              toolCalls += search.path("max_uses").asInt();
            } else {
              toolCalls += 16;
            }
          }
          default ->
              tools.addObject().put("type", "function").putObject("function").put("name", text());
        }
      }
    }
  }
}
