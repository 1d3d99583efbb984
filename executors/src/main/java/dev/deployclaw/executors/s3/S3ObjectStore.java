package dev.deployclaw.executors.s3;

import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CauseChain;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.tls.TlsFailure;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A bucket in which objects are only ever created ({@code If-None-Match: *}). The client's own
 * retries are off: they would turn our own lost answer into "somebody was first". Calls may come
 * from several threads.
 */
public final class S3ObjectStore implements ObjectStore {
  /** How often a create is sent before it is given up. */
  private static final int MOST_TRIES = 3;

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final S3Client client;
  private final String bucket;

  public S3ObjectStore(S3Settings settings) {
    this.client = client(settings);
    this.bucket = settings.bucket();
  }

  /**
   * A create whose answer was lost is resolved by reading: equal bytes are ours, no object means
   * that nothing was written.
   */
  @Override
  public Put create(String name, byte[] bytes) throws InterruptedException {
    return RetryPolicy.times(MOST_TRIES, PAUSE::multipliedBy)
        .until(
            last -> !(last instanceof Put.Failed(CallFault.Unavailable _)),
            () -> attempt(name, bytes));
  }

  private Put attempt(String name, byte[] bytes) throws InterruptedException {
    var put = put(name, bytes);
    return put instanceof Put.Failed(CallFault.Unknown lost) ? resolve(name, bytes, lost) : put;
  }

  @Override
  public Get read(String name) throws InterruptedException {
    try {
      var bytes = client.getObjectAsBytes(r -> r.bucket(bucket).key(name));
      return new Get.Found(bytes.asByteArray());
    } catch (NoSuchKeyException e) {
      return new Get.Absent();
    } catch (AbortedException e) {
      throw interrupted(e);
    } catch (SdkException e) {
      return new Get.Failed(S3FaultMapper.of(e));
    }
  }

  @Override
  public String locate(String name) {
    return "s3://" + bucket + "/" + name;
  }

  @Override
  public void close() {
    client.close();
  }

  private Put put(String name, byte[] bytes) throws InterruptedException {
    try {
      client.putObject(
          r -> r.bucket(bucket).key(name).ifNoneMatch("*"), RequestBody.fromBytes(bytes));
      return new Put.Created();
    } catch (AbortedException e) {
      throw interrupted(e);
    } catch (SdkException e) {
      return refused(S3FaultMapper.of(e));
    }
  }

  /** 412 says that the object is there; 409 that another create of it is under way. */
  private static Put refused(CallFault fault) {
    if (fault instanceof CallFault.Conflict(String reason)) {
      return reason.contains("412")
          ? new Put.AlreadyThere()
          : new Put.Failed(new CallFault.Unavailable(reason));
    }
    return new Put.Failed(fault);
  }

  private Put resolve(String name, byte[] bytes, CallFault.Unknown lost)
      throws InterruptedException {
    return switch (read(name)) {
      case Get.Found(byte[] there) ->
          Arrays.equals(there, bytes) ? new Put.Created() : new Put.AlreadyThere();
      case Get.Absent() -> new Put.Failed(new CallFault.Unavailable(lost.reason()));
      case Get.Failed _ -> new Put.Failed(lost);
    };
  }

  private static InterruptedException interrupted(AbortedException e) {
    var interrupted = new InterruptedException("interrupted while asking s3");
    interrupted.initCause(e);
    return interrupted;
  }

  private static S3Client client(S3Settings settings) {
    var credentials = AwsBasicCredentials.create(settings.accessKey(), settings.secretKey());
    return S3Client.builder()
        .endpointOverride(settings.endpoint())
        .region(Region.of(settings.region()))
        .credentialsProvider(StaticCredentialsProvider.create(credentials))
        .serviceConfiguration(
            c -> c.pathStyleAccessEnabled(settings.pathStyle()).chunkedEncodingEnabled(false))
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .httpClientBuilder(http(settings))
        .overrideConfiguration(
            c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(settings.timeout()))
        .build();
  }

  /** The JDK checks the name in the server's certificate. */
  private static UrlConnectionHttpClient.Builder http(S3Settings settings) {
    var builder =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(settings.timeout())
            .socketTimeout(settings.timeout())
            .tlsTrustManagersProvider(() -> new TrustManager[] {settings.tls().trust()});
    settings
        .tls()
        .keys()
        .ifPresent(keys -> builder.tlsKeyManagersProvider(() -> new KeyManager[] {keys}));
    return builder;
  }

  /**
   * What an error of the S3 client means. A server's 5xx leaves a write in doubt, except 501 and
   * 503, which say that nothing was done.
   */
  static final class S3FaultMapper {
    private S3FaultMapper() {}

    static CallFault of(SdkException error) {
      if (!(error instanceof S3Exception answer)) {
        var tls = TlsFailure.of(error);
        if (tls.isPresent()) {
          return new CallFault.Unavailable("s3: " + tls.get().reason());
        }
        return neverSent(error)
            ? new CallFault.Unavailable("s3: can't connect")
            : new CallFault.Unknown("s3: no clear answer (" + root(error) + ")");
      }
      String reason = "s3: " + answer.statusCode() + " " + code(answer);
      return switch (answer.statusCode()) {
        case 401, 403 -> new CallFault.Denied(reason);
        case 409, 412 -> new CallFault.Conflict(reason);
        case 429, 503 -> new CallFault.Unavailable(reason);
        case 501 -> new CallFault.Invalid(reason);
        default ->
            answer.statusCode() >= 400 && answer.statusCode() < 500
                ? new CallFault.Invalid(reason)
                : new CallFault.Unknown(reason);
      };
    }

    private static String code(S3Exception answer) {
      var details = answer.awsErrorDetails();
      return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    private static boolean neverSent(Throwable error) {
      return CauseChain.of(error)
          .anyMatch(e -> e instanceof ConnectException || e instanceof UnknownHostException);
    }

    /** The kind of the deepest cause; its message might quote what was sent. */
    private static String root(Throwable error) {
      return CauseChain.of(error)
          .reduce((_, deeper) -> deeper)
          .map(e -> e.getClass().getSimpleName())
          .orElse("");
    }
  }
}
