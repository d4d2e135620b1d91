package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Another answer, all but its body.
abstract class ForwardingResponse implements UpstreamResponse {
  final UpstreamResponse response;

  ForwardingResponse(UpstreamResponse response) {
    this.response = response;
  }

  @Override
  public int status() {
    return response.status();
  }

  @Override
  public @Nullable String header(String name) {
    return response.header(name);
  }

  @Override
  public List<HeaderField> headers() {
    return response.headers();
  }

  @Override
  public void onSilence(Silence listener) {
    response.onSilence(listener);
  }

  @Override
  public void hurry(Duration most) {
    response.hurry(most);
  }

  @Override
  public void close() {
    response.close();
  }
}
