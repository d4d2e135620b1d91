/// Delivering what the outbox holds.
@NullMarked
package dev.tollgate.application.notifications;

import org.jspecify.annotations.NullMarked;
