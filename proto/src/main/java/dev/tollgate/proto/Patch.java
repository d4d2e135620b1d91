package dev.tollgate.proto;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/// Which fields an update changes: those in its mask, or those that are set when it has none. One
/// that is in the mask and not set is cleared.
public final class Patch {
  private final Set<String> named;

  private Patch(Set<String> named) {
    this.named = named;
  }

  public static Patch of(Message update) {
    FieldDescriptor mask = Operation.mask(update.getDescriptorForType());
    if (mask == null) {
      throw new IllegalStateException(
          update.getDescriptorForType().getFullName() + " has no update_mask");
    }
    Set<String> named = new HashSet<>();
    if (update.hasField(mask)) {
      for (String path : ((FieldMask) update.getField(mask)).getPathsList()) {
        if (update.getDescriptorForType().findFieldByName(path) == null) {
          throw new InvalidRequest("update_mask", "There is no field '" + path + "'.");
        }
        named.add(path);
      }
    } else {
      update.getAllFields().keySet().forEach(field -> named.add(field.getName()));
    }
    return new Patch(named);
  }

  public boolean names(String field) {
    return named.contains(field);
  }

  /// What a field becomes.
  public <T> T or(String field, T now, Supplier<T> asked) {
    return names(field) ? asked.get() : now;
  }
}
