/// Methods of the contract for notifications and webhooks.
@NullMarked
package dev.tollgate.admin.notifications;

import org.jspecify.annotations.NullMarked;
