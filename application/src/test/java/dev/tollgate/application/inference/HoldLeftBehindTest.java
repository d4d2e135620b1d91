package dev.tollgate.application.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Uncertainty;
import org.junit.jupiter.api.Test;

class HoldLeftBehindTest {
  @Test
  void whateverGoesWrongAfterTheHoldIsSettledAsAnEstimate() {
    for (Throwable trouble :
        new Throwable[] {new IllegalStateException("defect"), new StackOverflowError()}) {
      TestingChat chat = new TestingChat();
      ServeCall serveCall =
          chat.serveCall(
              (_, _) -> {
                if (trouble instanceof Error error) {
                  throw error;
                }
                throw (RuntimeException) trouble;
              });
      assertThatThrownBy(() -> chat.call(serveCall)).isSameAs(trouble);
      CallRecord call = chat.committed();
      assertThat(call.hold()).isNotNull();
      assertThat(call.estimated()).isTrue();
      assertThat(call.cost()).isNotNull();
      assertThat(call.outcome().errorCode()).isEqualTo("internal_error");
    }
  }

  /// Without a hold the call costs what its bound would be, and has its record like any other.
  @Test
  void whateverGoesWrongWithoutAHoldIsSettledAsAnEstimateToo() {
    TestingChat held = new TestingChat();
    assertThatThrownBy(() -> held.call(held.serveCall(HoldLeftBehindTest::fail)))
        .hasMessage("defect");
    TestingChat chat = new TestingChat().withoutBudgets();
    assertThatThrownBy(() -> chat.call(chat.serveCall(HoldLeftBehindTest::fail)))
        .hasMessage("defect");
    CallRecord call = chat.committed();
    assertThat(call.hold()).isNull();
    assertThat(call.outcome().errorCode()).isEqualTo("internal_error");
    assertThat(call.bill().uncertainty()).isEqualTo(Uncertainty.INTERNAL);
    assertThat(call.cost()).isEqualTo(held.committed().cost());
  }

  private static ProviderReply fail(
      ModelProvider.Dispatch dispatch, ModelProvider.Silence silence) {
    throw new IllegalStateException("defect");
  }
}
