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

  /// A request without the fields that its mask leaves out, for they are not to be changed: a
  /// caller may send the whole object that it has read.
  ///
  /// @throws InvalidRequest when the mask names what is no field
  public static Message masked(Operation operation, Message request) {
    FieldDescriptor mask = Operation.mask(request.getDescriptorForType());
    if (mask == null || !request.hasField(mask)) {
      return request;
    }
    Set<FieldDescriptor> kept = new HashSet<>(operation.pathFields());
    kept.add(mask);
    for (String path : ((FieldMask) request.getField(mask)).getPathsList()) {
      FieldDescriptor named = request.getDescriptorForType().findFieldByName(path);
      if (named == null || named.equals(mask)) {
        throw new InvalidRequest("update_mask", "There is no field '" + path + "' to change.");
      }
      kept.add(named);
    }
    Message.Builder masked = request.toBuilder();
    request.getAllFields().keySet().stream()
        .filter(field -> !kept.contains(field))
        .forEach(masked::clearField);
    return masked.build();
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
