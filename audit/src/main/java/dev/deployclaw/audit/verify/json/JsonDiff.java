package dev.deployclaw.audit.verify.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where two JSON values differ, as paths; no more than so many. */
public final class JsonDiff {
  private final int most;
  private final List<String> paths = new ArrayList<>();

  public JsonDiff(int most) {
    this.most = most;
  }

  public List<String> paths() {
    return paths;
  }

  public void compare(String path, @Nullable Object found, @Nullable Object expected) {
    if (paths.size() >= most || equal(found, expected)) {
      return;
    }
    if (found instanceof Map<?, ?> a && expected instanceof Map<?, ?> b) {
      members(path, StrictJson.object(a), StrictJson.object(b));
    } else if (found instanceof List<?> a
        && expected instanceof List<?> b
        && a.size() == b.size()) {
      for (int i = 0; i < a.size(); i++) {
        compare(path + "[" + i + "]", a.get(i), b.get(i));
      }
    } else if (found == null
        || expected == null
        || !JsonFormatter.canonical(found).equals(JsonFormatter.canonical(expected))) {
      paths.add(path);
    }
  }

  /** At once for records: both sides hold the very same ones. */
  private static boolean equal(@Nullable Object found, @Nullable Object expected) {
    return found != null && found.equals(expected);
  }

  private void members(String path, Map<String, Object> a, Map<String, Object> b) {
    var keys = new TreeSet<>(a.keySet());
    keys.addAll(b.keySet());
    for (String key : keys) {
      compare(path.isEmpty() ? key : path + "." + key, a.get(key), b.get(key));
    }
  }
}
