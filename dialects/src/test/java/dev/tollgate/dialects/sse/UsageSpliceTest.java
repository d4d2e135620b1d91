package dev.tollgate.dialects.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.money.Money;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsageSpliceTest {
  private static final Money COST = new Money(1_500_000);

  @Test
  void theCostIsTheLastMemberOfTheUsage() {
    assertThat(settled("{\"completion_tokens\":7}", COST, true))
        .isEqualTo("{\"completion_tokens\":7,\"cost\":\"0.0015\"}");
    assertThat(settled("{ }", COST, true)).isEqualTo("{ ,\"cost\":\"0.0015\"}");
    assertThat(settled("{}", COST, true)).isEqualTo("{\"cost\":\"0.0015\"}");
  }

  @Test
  void itTakesThePlaceOfTheProvidersOwn() {
    for (String own : new String[] {"0.25", "\"a\"", "null", "1e-7"}) {
      assertThat(settled("{\"cost\":" + own + ",\"completion_tokens\":7}", COST, true))
          .isEqualTo("{\"cost\":\"0.0015\",\"completion_tokens\":7}");
    }
  }

  @Test
  void whatIsNotSettledYetSaysSo() {
    assertThat(settled("{\"completion_tokens\":7}", COST, false))
        .isEqualTo("{\"completion_tokens\":7,\"cost\":\"0.0015\",\"settlement\":\"pending\"}");
    assertThat(settled("{}", null, false)).isEqualTo("{\"settlement\":\"pending\"}");
  }

  @Test
  void withoutAPriceNothingIsWritten() {
    assertThat(settled("{\"cost\":3}", null, true)).isEqualTo("{\"cost\":3}");
  }

  /// @return the usage of a chat stream's last chunk
  private static String settled(String usage, @Nullable Money cost, boolean committed) {
    String text =
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            + "data: {\"choices\":[],\"usage\":"
            + usage
            + "}\n\ndata: [DONE]\n\n";
    var answers = Reading.answers(Endpoint.CHAT_COMPLETIONS, null);
    var pieces = List.of(text.getBytes(StandardCharsets.UTF_8));
    try (var stream = Reading.stream(answers, pieces)) {
      Item item = stream.next();
      while (!(item instanceof Item.FinalUsage last)) {
        assertThat(item).isInstanceOf(Item.Events.class);
        item = stream.next();
      }
      String event = new String(last.event().settled(cost, committed), StandardCharsets.UTF_8);
      return event.substring(event.indexOf("usage\":") + 7, event.length() - 3);
    }
  }
}
