package dev.tollgate.admin.catalog;

import com.google.protobuf.Empty;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.admin.Words;
import dev.tollgate.application.catalog.AddProvider;
import dev.tollgate.application.catalog.GetProvider;
import dev.tollgate.application.catalog.ListProviders;
import dev.tollgate.application.catalog.ProviderView;
import dev.tollgate.application.catalog.RemoveProvider;
import dev.tollgate.application.catalog.TestProvider;
import dev.tollgate.application.catalog.UpdateProvider;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.CaBundle;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.Patch;
import dev.tollgate.proto.v1.CreateProviderRequest;
import dev.tollgate.proto.v1.DeleteProviderRequest;
import dev.tollgate.proto.v1.GetProviderRequest;
import dev.tollgate.proto.v1.ListProvidersRequest;
import dev.tollgate.proto.v1.ListProvidersResponse;
import dev.tollgate.proto.v1.ProviderOptions;
import dev.tollgate.proto.v1.ProviderServiceGrpc;
import dev.tollgate.proto.v1.ProviderState;
import dev.tollgate.proto.v1.ProviderStatus;
import dev.tollgate.proto.v1.TestProviderRequest;
import dev.tollgate.proto.v1.TestProviderResponse;
import dev.tollgate.proto.v1.UpdateProviderRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// `ProviderService`.
public final class ProviderMethods {
  private static final Words<dev.tollgate.proto.v1.ProviderKind, ProviderKind> KIND =
      Words.between(dev.tollgate.proto.v1.ProviderKind.class, ProviderKind.class);

  private final Verbs verbs;

  /// The use cases that the methods call.
  public record Verbs(
      AddProvider add,
      GetProvider get,
      ListProviders list,
      UpdateProvider update,
      RemoveProvider remove,
      TestProvider test) {}

  public ProviderMethods(Verbs verbs) {
    this.verbs = verbs;
  }

  public void bind(Operations operations) {
    operations
        .change(ProviderServiceGrpc.getCreateProviderMethod(), this::create)
        .read(ProviderServiceGrpc.getGetProviderMethod(), this::get)
        .read(ProviderServiceGrpc.getListProvidersMethod(), this::list)
        .job(ProviderServiceGrpc.getUpdateProviderMethod(), this::update)
        .change(ProviderServiceGrpc.getDeleteProviderMethod(), this::remove)
        .job(ProviderServiceGrpc.getTestProviderMethod(), this::test)
        .shows(ProviderView.class, ProviderMethods::provider);
  }

  private Result<dev.tollgate.proto.v1.Provider> create(
      Actor actor, CreateProviderRequest request, Trail trail) {
    AddProvider.Command command =
        new AddProvider.Command(
            request.getName(),
            KIND.domain(request.getKind()),
            url(request.hasBaseUrl(), "base_url", request.getBaseUrl()),
            request.getAllowPrivateNetwork(),
            options(request.getOptions()),
            credential(request.getCredential()));
    return verbs.add().run(actor, command, trail).map(ProviderMethods::provider);
  }

  private Result<dev.tollgate.proto.v1.Provider> get(Actor actor, GetProviderRequest request) {
    return id(request.getId())
        .then(id -> verbs.get().run(actor, id))
        .map(each -> provider(actor, each));
  }

  private Result<ListProvidersResponse> list(Actor actor, ListProvidersRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return verbs
        .list()
        .run(actor, ask)
        .map(
            page -> {
              ListProvidersResponse.Builder answer = ListProvidersResponse.newBuilder();
              page.items().forEach(each -> answer.addData(provider(actor, each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<dev.tollgate.proto.v1.Provider> update(
      Actor actor, UpdateProviderRequest request, Steps steps) {
    Patch patch = Patch.of(request);
    Secret credential = credential(request.getCredential());
    if (patch.names("credential") && credential == null) {
      throw new InvalidRequest(
          "credential",
          request.hasCredential() ? "credential must not be empty." : "credential is required.");
    }
    UnaryOperator<Provider> change = change(request, patch);
    return id(request.getId())
        .then(
            id ->
                verbs
                    .update()
                    .run(actor, new UpdateProvider.Command(id, change, credential), steps))
        .map(ProviderMethods::provider);
  }

  private static UnaryOperator<Provider> change(UpdateProviderRequest request, Patch patch) {
    URI baseUrl = url(request.hasBaseUrl(), "base_url", request.getBaseUrl());
    Provider.Options options = options(request.getOptions());
    return now ->
        now.changed(
            request.hasName() ? request.getName() : now.name(),
            patch.names("base_url") ? baseUrl : now.baseUrl(),
            request.hasAllowPrivateNetwork()
                ? request.getAllowPrivateNetwork()
                : now.allowPrivateNetwork(),
            patch.names("options") ? options : now.options());
  }

  private Result<Empty> remove(Actor actor, DeleteProviderRequest request, Trail trail) {
    return id(request.getId())
        .then(id -> verbs.remove().run(actor, id, trail))
        .map(_ -> Empty.getDefaultInstance());
  }

  private Result<TestProviderResponse> test(Actor actor, TestProviderRequest request, Steps steps) {
    return id(request.getId())
        .then(id -> verbs.test().run(actor, id))
        .map(
            result -> {
              TestProviderResponse.Builder answer = TestProviderResponse.newBuilder();
              return switch (result) {
                case ProviderProbe.Result.Works works ->
                    answer.setOk(true).addAllModels(works.models()).build();
                case ProviderProbe.Result.Fails fails ->
                    answer
                        .setOk(false)
                        .setError(fails.failure().kind().name().toLowerCase(Locale.ROOT))
                        .setMessage(fails.failure().message())
                        .build();
              };
            });
  }

  /// @return null for none
  private static @Nullable Secret credential(String text) {
    return text.isEmpty() ? null : Secret.of(text);
  }

  private static Provider.Options options(ProviderOptions form) {
    return new Provider.Options(
        form.hasOrganization() ? form.getOrganization() : null,
        form.hasProject() ? form.getProject() : null,
        url(form.hasEgressProxy(), "options.egress_proxy", form.getEgressProxy()),
        Wire.parsedOrNull(
            form.hasCaBundle(), "options.ca_bundle", form.getCaBundle(), ProviderMethods::caBundle),
        form.hasRegion() ? form.getRegion() : null,
        form.getTierMayChange(),
        TimeoutForm.timeouts("options.", form.getTimeouts(), Timeouts.DEFAULT));
  }

  private static String caBundle(String pem) {
    CaBundle.certificates(pem);
    return pem;
  }

  private static @Nullable URI url(boolean set, String field, String text) {
    if (!set) {
      return null;
    }
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new InvalidRequest(field, field + " must be a URL.");
    }
  }

  private static Result<ProviderId> id(String text) {
    return Wire.id(text, ProviderId::parse, "provider");
  }

  private static dev.tollgate.proto.v1.Provider provider(Actor viewer, ProviderView view) {
    dev.tollgate.proto.v1.Provider whole = provider(view);
    return view.provider().isOpenTo(viewer.tenant())
        ? whole
        : whole.toBuilder().clearBaseUrl().clearAllowPrivateNetwork().clearOptions().build();
  }

  private static dev.tollgate.proto.v1.Provider provider(ProviderView view) {
    Provider provider = view.provider();
    dev.tollgate.proto.v1.Provider.Builder wire =
        dev.tollgate.proto.v1.Provider.newBuilder()
            .setId(provider.id().toString())
            .setName(provider.name())
            .setKind(KIND.wire(provider.kind()))
            .setAllowPrivateNetwork(provider.allowPrivateNetwork())
            .setCreatedAt(Wire.time(provider.createdAt()))
            .setState(state(view.trouble()))
            .setOptions(options(provider.options()));
    Wire.set(provider.baseUrl(), url -> wire.setBaseUrl(url.toString()));
    if (provider.tenant().isPlatform()) {
      wire.setPlatform(true);
    }
    return wire.build();
  }

  private static ProviderState state(ProviderStates.@Nullable Trouble trouble) {
    if (trouble == null) {
      return ProviderState.newBuilder().setStatus(ProviderStatus.PROVIDER_STATUS_OK).build();
    }
    ProviderStatus status =
        switch (trouble.kind()) {
          case CREDENTIAL_REFUSED -> ProviderStatus.PROVIDER_STATUS_CREDENTIAL_REFUSED;
          case NO_CREDIT -> ProviderStatus.PROVIDER_STATUS_NO_CREDIT;
          case MISCONFIGURED -> ProviderStatus.PROVIDER_STATUS_MISCONFIGURED;
        };
    return ProviderState.newBuilder()
        .setStatus(status)
        .setSince(Wire.time(trouble.since()))
        .build();
  }

  private static ProviderOptions options(Provider.Options options) {
    ProviderOptions.Builder wire =
        ProviderOptions.newBuilder()
            .setTierMayChange(options.tierMayChange())
            .setTimeouts(TimeoutForm.timeouts(options.timeouts()));
    Wire.set(options.organization(), wire::setOrganization);
    Wire.set(options.project(), wire::setProject);
    Wire.set(options.egressProxy(), proxy -> wire.setEgressProxy(proxy.toString()));
    Wire.set(options.caBundle(), wire::setCaBundle);
    Wire.set(options.region(), wire::setRegion);
    return wire.build();
  }
}
