package dev.tollgate.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.tollgate.proto.v1.CreateProjectRequest;
import dev.tollgate.proto.v1.CreateProviderRequest;
import dev.tollgate.proto.v1.GetUsageRequest;
import dev.tollgate.proto.v1.ProviderKind;
import dev.tollgate.proto.v1.ProviderOptions;
import dev.tollgate.proto.v1.RotateKeyRequest;
import dev.tollgate.proto.v1.SetModelFactsRequest;
import dev.tollgate.proto.v1.Timeouts;
import dev.tollgate.proto.v1.UpdateProjectRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the contract says of a request beyond its form.
class ChecksTest {
  private static void taken(Message request) {
    assertThatNoException().isThrownBy(() -> Checks.check(request));
  }

  private static void refused(Message request, String told) {
    assertThatThrownBy(() -> Checks.check(request))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(told);
  }

  @Test
  void unknownFieldNumbersAreRefused() {
    CreateProjectRequest request =
        CreateProjectRequest.newBuilder()
            .setName("a")
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();
    refused(request, "There is no field with number 99.");
    CreateProjectRequest word =
        CreateProjectRequest.newBuilder().setName("a").setCaptureValue(77).build();
    refused(word, "capture must be none, metadata, full or required.");
  }

  private static Duration seconds(long seconds, int nanos) {
    return Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  @Test
  void aDurationIsWithinItsLimits() {
    RotateKeyRequest.Builder rotate = RotateKeyRequest.newBuilder().setId("key");
    taken(rotate.clone().setOverlap(seconds(0, 0)).build());
    taken(rotate.clone().setOverlap(seconds(604_800, 0)).build());
    String told = "overlap must be between PT0S and P7D.";
    refused(rotate.clone().setOverlap(seconds(604_800, 1)).build(), told);
    refused(rotate.clone().setOverlap(seconds(0, -1)).build(), told);
    CreateProviderRequest provider =
        CreateProviderRequest.newBuilder()
            .setName("x")
            .setKind(ProviderKind.PROVIDER_KIND_OPENAI)
            .setOptions(
                ProviderOptions.newBuilder()
                    .setTimeouts(Timeouts.newBuilder().setIdle(seconds(0, 0))))
            .build();
    refused(provider, "options.timeouts.idle must be between PT0.001S and PT1H.");
  }

  @Test
  void aTextIsOneOfTheWords() {
    SetModelFactsRequest.Builder facts =
        SetModelFactsRequest.newBuilder()
            .setModel("m")
            .setEffectiveFrom(Timestamp.getDefaultInstance());
    taken(facts.clone().setCapParameter("").build());
    taken(facts.clone().setCapParameter("max_tokens").build());
    refused(
        facts.clone().setCapParameter("max").build(),
        "cap_parameter must be max_tokens or max_completion_tokens.");
    refused(
        GetUsageRequest.newBuilder().setInterval("week").build(),
        "interval must be minute, hour, day or month.");
  }

  @Test
  void aListHasNoMoreThanItsMost() {
    GetUsageRequest.Builder usage = GetUsageRequest.newBuilder().addGroupBy("key");
    taken(usage.clone().addGroupBy("day").build());
    refused(
        usage.clone().addGroupBy("day").addGroupBy("tag").build(),
        "group_by must have at most 2 entries.");
  }

  @Test
  void whatTheMaskLeavesOutIsNotThere() {
    Operation update = Operation.named("UpdateProject").orElseThrow();
    UpdateProjectRequest read =
        UpdateProjectRequest.newBuilder()
            .setId("prj")
            .setName("as it was read")
            .setRetentionDays(30)
            .setUpdateMask(FieldMask.newBuilder().addPaths("retention_days"))
            .build();
    assertThat(Patch.masked(update, read)).isEqualTo(read.toBuilder().clearName().build());
    UpdateProjectRequest without = read.toBuilder().clearUpdateMask().build();
    assertThat(Patch.masked(update, without)).isEqualTo(without);
    UpdateProjectRequest empty =
        read.toBuilder().setUpdateMask(FieldMask.getDefaultInstance()).build();
    assertThat(Patch.masked(update, empty)).isEqualTo(empty);
    assertThat(Patch.of(empty).names("name")).isTrue();
    for (String path : List.of("nmae", "update_mask")) {
      UpdateProjectRequest wrong =
          read.toBuilder().setUpdateMask(FieldMask.newBuilder().addPaths(path)).build();
      assertThatThrownBy(() -> Patch.masked(update, wrong))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("'" + path + "'");
    }
  }
}
