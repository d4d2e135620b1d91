package dev.tollgate.bootstrap;

import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.ledger.BudgetTerms;
import dev.tollgate.application.tenancy.CreateProject;
import dev.tollgate.bootstrap.wiring.Management;
import dev.tollgate.bootstrap.wiring.Stores;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.persistence.tenancy.Founding;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/// What `dev` hands out: an administrator's token, and a key with a hard budget in a project of its
/// own.
final class Demo {
  private static final String PROJECT = "demo";
  private static final String KEY = "demo";
  private static final BudgetTerms FIVE_DOLLARS_A_DAY =
      new BudgetTerms(
          null,
          Window.DAY,
          Policy.CLAMP,
          Money.parseUsd("5.00"),
          null,
          Budget.USUAL_THRESHOLDS,
          List.of());

  private final Management management;
  private final Stores stores;
  private final Founding founding;
  private final Actor actor;

  Demo(Gateway gateway, Founding founding, TenantId tenant) {
    this.management = gateway.management();
    this.stores = management.stores();
    this.founding = founding;
    this.actor = gateway.self(tenant);
  }

  /// A new token and a new key, at the first start or when the settings are lost.
  DevEnv env(Pepper pepper, SecureRandom random) throws SQLException {
    String token = DevEnv.newAdminToken(random);
    int version = pepper.currentVersion();
    founding.setAdminToken(
        actor.tenant(),
        random.nextLong(Long.MAX_VALUE),
        pepper.hmac(version, token.getBytes(StandardCharsets.UTF_8)),
        version);
    endLostKeys();
    CreateKey.Command key =
        new CreateKey.Command(
            project().id(),
            KEY,
            null,
            null,
            KeyPolicy.OPEN,
            Map.of(),
            List.of(),
            FIVE_DOLLARS_A_DAY);
    Result<CreateKey.Created> created =
        stores
            .work()
            .inTenant(actor.tenant(), _ -> management.createKey().run(actor, key, new Trail()));
    if (created instanceof Result.Done<CreateKey.Created>(CreateKey.Created done)) {
      return new DevEnv("", "", "", token, done.secret().reveal());
    }
    throw new IllegalStateException("the demo key was refused: " + created);
  }

  /// A finder of the lost settings must not be able to use the key in them.
  private void endLostKeys() {
    VirtualKeys keys = stores.keys();
    var demos = new VirtualKeys.Filter(null, VirtualKey.State.ACTIVE, null, KEY);
    for (VirtualKey each : keys.list(actor.tenant(), demos, null, 100).items()) {
      keys.update(actor.tenant(), each.id(), key -> key.in(VirtualKey.State.REVOKED));
    }
  }

  private Project project() {
    return stores.projects().list(actor.tenant(), null, 100).items().stream()
        .filter(each -> each.name().equals(PROJECT) && !each.archived())
        .findFirst()
        .orElseGet(this::newProject);
  }

  private Project newProject() {
    CreateProject.Command command =
        new CreateProject.Command(PROJECT, null, Capture.FULL, Retention.DAYS_30);
    Result<Project> created = management.createProject().run(actor, command, new Trail());
    if (created instanceof Result.Done<Project>(Project project)) {
      return project;
    }
    throw new IllegalStateException("the demo project was refused: " + created);
  }
}
