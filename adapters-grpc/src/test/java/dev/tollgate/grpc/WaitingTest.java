package dev.tollgate.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import dev.tollgate.admin.Dispatch;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A stream of answers ends with its caller.
class WaitingTest {
  private final Ready out = new Ready();

  /// A server that takes whatever is sent, as Helidon's does.
  private static final class Ready extends ServerCallStreamObserver<Message> {
    private final List<Message> sent = new ArrayList<>();
    private boolean cancelled;

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void onNext(Message message) {
      sent.add(message);
    }

    @Override
    public void onError(Throwable problem) {}

    @Override
    public void onCompleted() {}
  }

  @Test
  void nothingIsSentToWhoIsGone() {
    Waiting waiting = new Waiting(out);
    waiting.send(Empty.getDefaultInstance());
    out.cancelled = true;
    assertThatThrownBy(() -> waiting.send(Empty.getDefaultInstance()))
        .isInstanceOf(Dispatch.SurfaceBroke.class);
    assertThat(out.sent).hasSize(1);
  }
}
