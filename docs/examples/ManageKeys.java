import dev.tollgate.proto.v1.BudgetSettings;
import dev.tollgate.proto.v1.BudgetWindow;
import dev.tollgate.proto.v1.CreateKeyRequest;
import dev.tollgate.proto.v1.CreateProjectRequest;
import dev.tollgate.proto.v1.Key;
import dev.tollgate.proto.v1.KeyServiceGrpc;
import dev.tollgate.proto.v1.ListKeysRequest;
import dev.tollgate.proto.v1.Project;
import dev.tollgate.proto.v1.ProjectServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/// Makes a project with a key of five dollars a day, by the stubs. The class path holds the stubs,
/// grpc-netty, grpc-protobuf and grpc-stub:
///
///     java --class-path 'proto-VERSION-stubs.jar:LIBRARIES/*' ManageKeys.java NAME
class ManageKeys {
  static void main(String[] arguments) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(System.getenv("TOLLGATE_GRPC")).usePlaintext().build();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + System.getenv("TOLLGATE_ADMIN_TOKEN"));
    var token = MetadataUtils.newAttachHeadersInterceptor(headers);
    var projects = ProjectServiceGrpc.newBlockingStub(channel).withInterceptors(token);
    var keys = KeyServiceGrpc.newBlockingStub(channel).withInterceptors(token);
    try {
      Project project =
          projects
              .withDeadlineAfter(10, TimeUnit.SECONDS)
              .createProject(CreateProjectRequest.newBuilder().setName(arguments[0]).build());
      Key key =
          keys.withDeadlineAfter(10, TimeUnit.SECONDS)
              .createKey(
                  CreateKeyRequest.newBuilder()
                      .setName("ci")
                      .setProject(project.getId())
                      .setBudget(
                          BudgetSettings.newBuilder()
                              .setLimit("5.00")
                              .setWindow(BudgetWindow.BUDGET_WINDOW_DAY))
                      .build());
      System.out.println(key.getKey());
      keys.listKeys(ListKeysRequest.newBuilder().setProject(project.getId()).build())
          .getDataList()
          .forEach(each -> System.out.println(each.getId() + " " + each.getName()));
    } finally {
      channel.shutdownNow();
    }
  }
}
