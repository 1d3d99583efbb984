package dev.deployclaw.audit.export;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An event as OCSF 1.8.0 names its fields (github.com/ocsf/ocsf-schema, tag 1.8.0). {@code
 * unmapped} holds what OCSF has no field for.
 *
 * @param activity the fields of the group "classification"
 * @param occurrence when and how it ended
 */
public record OcsfEvent(
    @JsonUnwrapped Activity activity,
    @JsonUnwrapped Occurrence occurrence,
    Metadata metadata,
    Actor actor,
    Optional<Api> api,
    Endpoint srcEndpoint,
    Optional<Entity> entity,
    Optional<Entity> entityResult,
    Optional<Fingerprint> rawDataHash,
    Evidence unmapped) {
  public static final String SCHEMA_VERSION = "1.8.0";
  public static final String AGENT = "DeployClaw System Architect";

  /** Class and activity. {@code type_uid} is made of both. */
  public record Activity(
      int categoryUid,
      String categoryName,
      int classUid,
      String className,
      int activityId,
      String activityName,
      long typeUid,
      String typeName) {
    private static final int ACTIVITIES = 100;

    public static Activity of(EventClass type, ActivityWord word) {
      return new Activity(
          type.category,
          type.categoryCaption,
          type.id,
          type.caption,
          word.id,
          word.caption,
          (long) type.id * ACTIVITIES + word.id,
          type.caption + ": " + word.caption);
    }

    /** Where it is "Other", its name is the source's word. */
    public Activity named(String name) {
      return activityId == ActivityWord.OTHER.id
          ? new Activity(
              categoryUid, categoryName, classUid, className, activityId, name, typeUid, typeName)
          : this;
    }
  }

  /** The classes that are used. */
  public enum EventClass {
    API(6, "Application Activity", 6003, "API Activity"),
    ENTITY(3, "Identity & Access Management", 3004, "Entity Management"),
    AUTHENTICATION(3, "Identity & Access Management", 3002, "Authentication");

    private final int category;
    private final String categoryCaption;
    private final int id;
    private final String caption;

    EventClass(int category, String categoryCaption, int id, String caption) {
      this.category = category;
      this.categoryCaption = categoryCaption;
      this.id = id;
      this.caption = caption;
    }
  }

  /** Activities; the first class shares its numbers with the second, the third has its own. */
  public enum ActivityWord {
    UNKNOWN(0, "Unknown"),
    CREATE(1, "Create"),
    READ(2, "Read"),
    UPDATE(3, "Update"),
    DELETE(4, "Delete"),
    LOGON(1, "Logon"),
    LOGOFF(2, "Logoff"),
    OTHER(99, "Other");

    private final int id;
    private final String caption;

    ActivityWord(int id, String caption) {
      this.id = id;
      this.caption = caption;
    }
  }

  /**
   * @param time in milliseconds since 1970
   */
  public record Occurrence(
      long time,
      int severityId,
      String severity,
      int statusId,
      String status,
      Optional<String> statusDetail,
      String message) {
    public static Occurrence of(Instant time, OcsfStatus status, String message, String detail) {
      return new Occurrence(
          time.toEpochMilli(),
          status.severityId(),
          status.severityCaption(),
          status.id(),
          status.caption(),
          ExportedText.some(detail),
          ExportedText.line(message));
    }
  }

  /**
   * @param uid of the event: the same in each export
   * @param correlationUid the execution
   * @param sequence the record's number
   */
  public record Metadata(
      String version,
      Product product,
      String uid,
      String correlationUid,
      long sequence,
      String logName,
      String eventCode,
      Optional<String> originalTime,
      Optional<Boolean> isTruncated) {}

  /** What wrote the log. */
  public record Product(String name, String vendorName, String version) {}

  /** Who asked, or approved. */
  public record Actor(User user) {}

  /** A person or program, by the name that the log has. */
  public record User(String name, int typeId) {}

  /** The call that an execution or a decision is. */
  public record Api(String operation, Service service, ApiRequest request, ApiResponse response) {}

  /** Of the call. */
  public record Service(String name) {}

  /** Of the call. */
  public record ApiRequest(String uid) {}

  /** Of the call. */
  public record ApiResponse(String message) {}

  /** The process of the agent, as user, host and process number. */
  public record Endpoint(String name, String svcName) {}

  /** A limit, before or after. */
  public record Entity(
      String name, int typeId, String type, Policy policy, Map<String, String> data) {}

  /** The policy that the entity is. */
  public record Policy(String name) {}

  /** The record's hash. */
  public record Fingerprint(int algorithmId, String algorithm, String value) {
    public static Fingerprint sha256(String value) {
      return new Fingerprint(3, "SHA-256", value);
    }
  }

  public record Evidence(
      String execution,
      long record,
      String recordHash,
      boolean verified,
      String verification,
      Optional<String> key,
      Optional<String> planHash,
      Optional<String> rule) {
    /** A record of a log, and what the log's verification found. */
    public static Evidence of(String log, LogVerdict verdict, LoggedRecord record) {
      return new Evidence(
          log,
          record.reference().seq(),
          record.reference().hash(),
          verdict.isVerified(),
          verdict.isVerified()
              ? "verified"
              : "not verified: " + ExportedText.line(verdict.reason()),
          verdict.key(),
          ExportedText.some(record.text("plan_hash")),
          ExportedText.some(record.rule()));
    }
  }
}
