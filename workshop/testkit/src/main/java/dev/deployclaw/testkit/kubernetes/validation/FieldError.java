package dev.deployclaw.testkit.kubernetes.validation;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What is wrong with one field, in the words of {@code apimachinery/pkg/util/validation/field}.
 *
 * @param field its path, such as {@code spec.template.spec.containers[0].name}
 */
public record FieldError(String field, String reason, String message) {
  public static FieldError required(String field, String detail) {
    String more = detail.isEmpty() ? "" : ": " + detail;
    return new FieldError(field, "FieldValueRequired", "Required value" + more);
  }

  static FieldError required(String field) {
    return required(field, "");
  }

  static FieldError invalid(String field, JsonNode value, String detail) {
    String message = "Invalid value: %s: %s".formatted(value, detail);
    return new FieldError(field, "FieldValueInvalid", message);
  }

  static FieldError duplicate(String field, JsonNode value) {
    return new FieldError(field, "FieldValueDuplicate", "Duplicate value: " + value);
  }

  static FieldError notFound(String field, JsonNode value) {
    return new FieldError(field, "FieldValueNotFound", "Not found: " + value);
  }

  public static FieldError forbidden(String field, String detail) {
    return new FieldError(field, "FieldValueForbidden", "Forbidden: " + detail);
  }

  public static FieldError unsupported(String field, String value, String supported) {
    String message = "Unsupported value: %s: supported values: %s".formatted(value, supported);
    return new FieldError(field, "FieldValueNotSupported", message);
  }

  static FieldError tooLong(String field, int most) {
    String message = "Too long: may not be more than " + most + " bytes";
    return new FieldError(field, "FieldValueTooLong", message);
  }

  public String words() {
    return field + ": " + message;
  }
}
