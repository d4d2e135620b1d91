package dev.tollgate.bootstrap.wiring;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.keys.KeyMethods;
import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.keys.GetKey;
import dev.tollgate.application.keys.ImportKey;
import dev.tollgate.application.keys.ListKeys;
import dev.tollgate.application.keys.RotateKey;
import dev.tollgate.application.keys.SwitchKey;
import dev.tollgate.application.keys.UpdateKey;

/// Virtual keys.
final class KeysWiring {
  final CreateKey createKey;

  KeysWiring(Stores stores, Tools tools, Operations operations, LedgerWiring ledger) {
    createKey =
        new CreateKey(
            stores.keys,
            stores.projects,
            ledger.setBudget,
            tools.pepper(),
            tools.ids(),
            tools.random(),
            tools.clock());
    new KeyMethods(
            new KeyMethods.Verbs(
                createKey,
                new ImportKey(createKey, tools.pepper()),
                new GetKey(stores.keys, stores.budgets),
                new ListKeys(stores.keys, stores.budgets),
                new UpdateKey(stores.keys, stores.budgets, ledger.setBudget, ledger.removeBudget),
                new RotateKey(
                    stores.keys, stores.budgets, tools.pepper(), tools.random(), tools.clock()),
                new SwitchKey(stores.keys, stores.budgets)))
        .bind(operations);
  }
}
