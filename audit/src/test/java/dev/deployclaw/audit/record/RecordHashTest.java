package dev.deployclaw.audit.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.audit.Runs;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the runtime reckons with where it looks whether a log here is unbroken. */
class RecordHashTest {
  @Test
  void aRecordsHashIsThatOfItsFieldsWithoutIt() throws Exception {
    for (var sealed : Runs.ofLength(Runs.ID, 20)) {
      var fields =
          new ObjectMapper()
              .readValue(sealed.bytes(), new TypeReference<TreeMap<String, Object>>() {});
      fields.remove("hash");

      assertThat(CanonicalJson.sha256(CanonicalJson.bytes(fields))).isEqualTo(sealed.head().hash());
    }
  }
}
