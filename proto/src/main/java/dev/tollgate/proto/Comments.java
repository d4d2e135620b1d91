package dev.tollgate.proto;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The comments of the contract's files. Generated classes do not have them, so they are read from
/// the descriptor set that protoc leaves on the class path.
public final class Comments {
  private final Map<String, Map<List<Integer>, String>> byFile = new HashMap<>();

  public Comments() {
    try (InputStream in = Comments.class.getResourceAsStream("/tollgate/admin/v1/admin.desc")) {
      if (in == null) {
        throw new IllegalStateException("admin.desc is not on the class path");
      }
      for (FileDescriptorProto file : FileDescriptorSet.parseFrom(in).getFileList()) {
        Map<List<Integer>, String> comments = new HashMap<>();
        for (Location location : file.getSourceCodeInfo().getLocationList()) {
          if (location.hasLeadingComments()) {
            comments.put(location.getPathList(), text(location.getLeadingComments()));
          }
        }
        byFile.put(file.getName(), comments);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The comment above something, or an empty text.
  public String of(GenericDescriptor thing) {
    List<Integer> path = new ArrayList<>();
    path(thing, path);
    return byFile.getOrDefault(thing.getFile().getName(), Map.of()).getOrDefault(path, "");
  }

  private static String text(String comment) {
    return comment.lines().map(String::strip).collect(Collectors.joining(" ")).strip();
  }

  /// Numbers of descriptor.proto: the field that lists the things of a kind, then the index.
  private static void path(GenericDescriptor thing, List<Integer> path) {
    switch (thing) {
      case Descriptor type when type.getContainingType() != null -> {
        path(type.getContainingType(), path);
        path.addAll(List.of(3, type.getIndex()));
      }
      case Descriptor type -> path.addAll(List.of(4, type.getIndex()));
      case EnumDescriptor type when type.getContainingType() != null -> {
        path(type.getContainingType(), path);
        path.addAll(List.of(4, type.getIndex()));
      }
      case EnumDescriptor type -> path.addAll(List.of(5, type.getIndex()));
      case ServiceDescriptor service -> path.addAll(List.of(6, service.getIndex()));
      case FieldDescriptor field -> {
        path(field.getContainingType(), path);
        path.addAll(List.of(2, field.getIndex()));
      }
      case EnumValueDescriptor value -> {
        path(value.getType(), path);
        path.addAll(List.of(2, value.getIndex()));
      }
      case MethodDescriptor method -> {
        path(method.getService(), path);
        path.addAll(List.of(2, method.getIndex()));
      }
      default -> throw new IllegalArgumentException(thing.getFullName());
    }
  }
}
