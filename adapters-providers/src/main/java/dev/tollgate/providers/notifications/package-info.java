/// Channels that notifications take: e-mail and signed webhooks.
@NullMarked
package dev.tollgate.providers.notifications;

import org.jspecify.annotations.NullMarked;
