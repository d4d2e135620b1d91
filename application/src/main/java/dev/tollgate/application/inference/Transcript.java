package dev.tollgate.application.inference;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.CapturedContent;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is kept of the content of one call, as far as its capture policy says. Used by one thread.
final class Transcript {
  private final Call call;
  private final TenantId tenant;
  private final Capture policy;
  private @Nullable ByteArrayOutputStream answer;
  private boolean truncated;
  private boolean committed;

  Transcript(Call call, TenantId tenant, Capture policy) {
    this.call = call;
    this.tenant = tenant;
    this.policy = policy;
  }

  Capture policy() {
    return policy;
  }

  /// Keeps what the caller gets.
  void keep(byte[] bytes, int offset, int length) {
    if (!policy.keepsContent()) {
      return;
    }
    ByteArrayOutputStream kept = answer;
    if (kept == null) {
      kept = new ByteArrayOutputStream();
      answer = kept;
    }
    int room = CapturedContent.LONGEST - kept.size();
    kept.write(bytes, offset, Math.min(room, length));
    truncated |= length > room;
  }

  void keep(byte[] bytes) {
    keep(bytes, 0, bytes.length);
  }

  /// Forgets what was kept of the answer: the caller gets something else.
  void forgetAnswer() {
    answer = null;
    truncated = false;
  }

  /// The content is in the store already.
  void committed() {
    committed = true;
  }

  /// The request and what was kept of the answer, or null when nothing is to be kept any more.
  ///
  /// @param last what is about to be sent
  @Nullable CapturedContent content(byte[] last) {
    byte[] request = call.body();
    if (committed || !policy.keepsContent() || request == null) {
      return null;
    }
    byte[] all = answer == null ? new byte[0] : answer.toByteArray();
    int kept = all.length;
    int room = Math.min(CapturedContent.LONGEST - kept, last.length);
    if (room > 0) {
      all = Arrays.copyOf(all, kept + room);
      System.arraycopy(last, 0, all, kept, room);
    }
    return new CapturedContent(
        call.inbound().id(),
        tenant,
        call.retention(),
        request,
        all,
        truncated || room < last.length);
  }
}
