package dev.tollgate.admin;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.tollgate.proto.v1.OptionsProto;

/// Fields that are shown once. No message that may hold one is ever printed.
final class Secrets {
  private Secrets() {}

  /// The message without secrets.
  static Message cleared(Message message) {
    Message.Builder cleared = message.toBuilder();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (isSecret(field)) {
        cleared.clearField(field);
      }
    }
    return cleared.build();
  }

  /// The message as a repeat gets it: without secrets, and saying that they were shown.
  static Message replayed(Message message) {
    if (!holds(message)) {
      return message;
    }
    FieldDescriptor shown = message.getDescriptorForType().findFieldByName("secret_shown");
    return cleared(message).toBuilder().setField(shown, true).build();
  }

  static boolean holds(Message message) {
    return message.getAllFields().keySet().stream().anyMatch(Secrets::isSecret);
  }

  private static boolean isSecret(FieldDescriptor field) {
    return field.getOptions().getExtension(OptionsProto.field).getSecret();
  }
}
