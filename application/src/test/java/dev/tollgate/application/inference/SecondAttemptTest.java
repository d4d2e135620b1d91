package dev.tollgate.application.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.ProviderReply;
import org.junit.jupiter.api.Test;

/// A call whose first attempt failed and whose second finds no budget.
class SecondAttemptTest {
  @Test
  void anAttemptWhoseHoldIsRefusedIsNotCounted() {
    TestingChat chat = new TestingChat();
    ModelProvider dropping =
        (_, _) -> {
          chat.forget(1_000);
          return new ProviderReply.Failed(Failure.of(Failure.Kind.DROPPED, "gone"));
        };

    assertThatThrownBy(() -> chat.call(chat.serveCall(dropping))).hasMessageContaining("gone");

    CallRecord call = chat.noted();
    assertThat(call.outcome().attempts()).isOne();
    assertThat(call.cost()).isNull();
  }
}
