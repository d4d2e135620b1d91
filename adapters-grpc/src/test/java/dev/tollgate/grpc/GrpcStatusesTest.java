package dev.tollgate.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.tollgate.admin.Fault;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.reasons.Reason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GrpcStatusesTest {
  @Test
  void aChangeRequestIsNamed() throws Exception {
    Fault fault =
        new Fault(
            Reason.CHANGE_REQUESTED,
            null,
            "The change needs a second person.",
            new Fault.ChangeRequest("cr_1", "https://tollgate/cr_1"));
    StatusRuntimeException thrown = GrpcStatuses.of(fault, new CallId(new UUID(1, 2)));
    assertThat(thrown.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.FAILED_PRECONDITION);
    Status status = StatusProto.fromThrowable(thrown);
    assertThat(status).isNotNull();
    ErrorInfo info = status.getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo("change_requested");
    assertThat(info.getMetadataMap())
        .containsEntry("change_request_id", "cr_1")
        .containsEntry("change_request_url", "https://tollgate/cr_1");
  }
}
