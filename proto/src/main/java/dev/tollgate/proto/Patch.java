package dev.tollgate.proto;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// Which fields an update changes: those in its mask, or those that are set when it names none. One
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
    if (mask == null || paths(request, mask).isEmpty()) {
      return request;
    }
    Set<FieldDescriptor> kept = new HashSet<>(operation.pathFields());
    kept.add(mask);
    for (String path : paths(request, mask)) {
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
    named.addAll(paths(update, mask));
    if (named.isEmpty()) {
      update.getAllFields().keySet().forEach(field -> named.add(field.getName()));
    }
    return new Patch(named);
  }

  /// An empty mask is one that is not there (AIP-134): some clients always send one.
  private static List<String> paths(Message update, FieldDescriptor mask) {
    return ((FieldMask) update.getField(mask)).getPathsList();
  }

  public boolean names(String field) {
    return named.contains(field);
  }

  /// What a field becomes.
  public <T> T or(String field, T now, Supplier<T> asked) {
    return names(field) ? asked.get() : now;
  }
}
