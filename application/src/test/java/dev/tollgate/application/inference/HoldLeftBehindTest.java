package dev.tollgate.application.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.inference.CallRecord;
import org.junit.jupiter.api.Test;

class HoldLeftBehindTest {
  @Test
  void whateverGoesWrongAfterTheHoldIsSettledAsAnEstimate() {
    for (Throwable trouble :
        new Throwable[] {new IllegalStateException("defect"), new StackOverflowError()}) {
      TestingChat chat = new TestingChat();
      CompleteChat completeChat =
          chat.completeChat(
              (_, _) -> {
                if (trouble instanceof Error error) {
                  throw error;
                }
                throw (RuntimeException) trouble;
              });
      assertThatThrownBy(() -> chat.call(completeChat)).isSameAs(trouble);
      CallRecord call = chat.committed();
      assertThat(call.hold()).isNotNull();
      assertThat(call.estimated()).isTrue();
      assertThat(call.cost()).isNotNull();
      assertThat(call.errorCode()).isEqualTo("internal_error");
    }
  }
}
