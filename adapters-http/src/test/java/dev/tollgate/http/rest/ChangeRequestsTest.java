package dev.tollgate.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.admin.Fault;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.http.errors.Statuses;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChangeRequestsTest {
  @Test
  void aChangeRequestIsNamed() {
    byte[] body = ChangeRequests.body(new Fault.ChangeRequest("cr_1", "https://tollgate/cr_1"));
    assertThat(new String(body, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"code\":\"change_requested\",\"change_request\":{\"id\":\"cr_1\",\"url\":\"https://tollgate/cr_1\"}}");
    assertThat(Statuses.of(Reason.CHANGE_REQUESTED)).isEqualTo(202);
  }
}
