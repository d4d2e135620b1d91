/// The outbox and the webhooks in PostgreSQL.
@NullMarked
package dev.tollgate.persistence.notifications;

import org.jspecify.annotations.NullMarked;
