/// Telling people and machines: messages, their receivers, and the outbox that they leave by.
@NullMarked
package dev.tollgate.domain.notifications;

import org.jspecify.annotations.NullMarked;
