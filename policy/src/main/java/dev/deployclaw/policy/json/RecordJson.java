package dev.deployclaw.policy.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The JSON of records: a key for each component, in their order and in snake case ({@code atMillis}
 * is {@code at_ms}); what is absent is left out. A key that isn't named after its component is
 * stated there with {@code JsonProperty}, and a word that isn't the lower case of a constant with
 * {@code JsonValue}.
 */
public final class RecordJson {
  private static final TypeReference<TreeMap<String, Object>> MAP = new TypeReference<>() {};

  /** For documents that hold records. */
  public static final JsonMapper MAPPER = mapper();

  private RecordJson() {}

  /** A record as a JSON-like map, sorted by its keys, that the caller may add to. */
  public static Map<String, Object> map(Record source) {
    return MAPPER.convertValue(source, MAP);
  }

  /** A record as RFC 8785 has it. */
  public static byte[] canonical(Record source) {
    return CanonicalJson.bytes(map(source));
  }

  private static JsonMapper mapper() {
    var mapper =
        JsonMapper.builder()
            .visibility(PropertyAccessor.ALL, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .propertyNamingStrategy(new KeyNames())
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .addModule(
                new SimpleModule()
                    .addSerializer(new OptionalSerializer())
                    .addSerializer(Path.class, ToStringSerializer.instance))
            .build();
    mapper
        .configOverride(Optional.class)
        .setInclude(
            JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS));
    return mapper;
  }

  /** Snake case, with the short forms of units. */
  private static final class KeyNames extends SnakeCaseStrategy {
    @Override
    public String translate(String component) {
      return super.translate(component).replaceAll("_millis$", "_ms").replaceAll("_micros$", "_us");
    }
  }

  /** What an optional holds; nothing for an empty one. */
  private static final class OptionalSerializer extends StdSerializer<Optional<?>> {
    OptionalSerializer() {
      super(Optional.class, false);
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Optional<?> value) {
      return value.isEmpty();
    }

    @Override
    public void serialize(Optional<?> value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(value.orElse(null), out);
    }
  }
}
