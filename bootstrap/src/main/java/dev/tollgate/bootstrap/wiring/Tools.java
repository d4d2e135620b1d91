package dev.tollgate.bootstrap.wiring;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Pepper;
import java.security.SecureRandom;
import java.time.Clock;

/// What use cases need beside stores.
public record Tools(
    Ids ids, SecureRandom random, Clock clock, Pepper pepper, CredentialVault vault) {}
