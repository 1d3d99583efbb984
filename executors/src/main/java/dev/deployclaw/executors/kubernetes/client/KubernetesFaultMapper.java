package dev.deployclaw.executors.kubernetes.client;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CauseChain;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * What an answer of the API server, or the lack of one, means. The line that matters is the one
 * between what was surely not applied and Unknown: a write that broke off, or that the server
 * failed at, may have been applied; a refused connection and a 429 were not.
 */
final class KubernetesFaultMapper {
  private static final int SERVER_ERRORS = 500;

  private KubernetesFaultMapper() {}

  /**
   * An answer that is no success.
   *
   * @param message the server's own, for people
   * @param causes field by field
   * @param retryAfterSeconds when to come again, where the server says so
   */
  record Said(int status, String message, List<String> causes, OptionalLong retryAfterSeconds) {
    Said {
      causes = List.copyOf(causes);
    }
  }

  static KubernetesException of(RbacRequest ask, Said said) {
    return new KubernetesException(said.status(), fault(ask, said));
  }

  private static CallFault fault(RbacRequest ask, Said said) {
    String words = ask.words() + ": " + said.message();
    return switch (said.status()) {
      case 401 ->
          new CallFault.Denied(
              "the API server doesn't accept the credentials: renew those in the kubeconfig, or the"
                  + " token of the pod's service account");
      case 403 -> forbidden(ask, said);
      case 404 -> new CallFault.Invalid("isn't there, " + words);
      case 409 -> new CallFault.Conflict(words + causes(said));
      case 410 -> new CallFault.Unavailable("the list expired while it was read: " + words);
      case 429 -> new CallFault.Unavailable("the API server is overloaded" + again(said) + words);
      default -> {
        if (said.status() < SERVER_ERRORS) {
          yield new CallFault.Invalid("refused, " + words + causes(said));
        }
        String failed = "the API server failed (" + said.status() + "), " + words;
        yield ask.writes() ? new CallFault.Unknown(failed) : new CallFault.Unavailable(failed);
      }
    };
  }

  /**
   * RBAC says "cannot VERB resource". What admission refuses (a quota, a pod security standard) is
   * a 403, too, and no rule would allow it; it is asked about writes alone.
   */
  private static CallFault forbidden(RbacRequest ask, Said said) {
    String rbac = " cannot " + ask.verb() + " ";
    boolean ruled =
        said.message().contains(rbac + "resource") || said.message().contains(rbac + "path");
    if (!ruled && ask.writes()) {
      return new CallFault.Invalid("refused by admission, " + ask.words() + ": " + said.message());
    }
    String server = ruled ? "" : " (the server says: " + said.message() + ")";
    return new CallFault.Denied(
        "may not " + ask.words() + ": allow it with the rule " + ask.rule() + server);
  }

  /** The request broke off. */
  static KubernetesException of(RbacRequest ask, Throwable broken) {
    String why =
        CauseChain.of(broken)
            .map(KubernetesFaultMapper::words)
            .distinct()
            .collect(Collectors.joining(": "));
    return new KubernetesException(KubernetesException.NO_ANSWER, fault(ask, broken, why));
  }

  /** The call that wanted it is over: it isn't sent. */
  static KubernetesException late(RbacRequest ask) {
    return new KubernetesException(
        KubernetesException.NO_ANSWER,
        new CallFault.Unavailable("no time left in this call, " + ask.words()));
  }

  private static CallFault fault(RbacRequest ask, Throwable broken, String why) {
    if (any(broken, ConnectException.class)
        || any(broken, UnknownHostException.class)
        || any(broken, NoRouteToHostException.class)) {
      return new CallFault.Unavailable("the API server can't be reached: " + why);
    }
    if (any(broken, SSLException.class)) {
      return new CallFault.Unavailable(
          "the API server can't be trusted, see the kubeconfig's certificates: " + why);
    }
    String off = "no answer from the API server, " + ask.words() + ": " + why;
    return ask.writes() ? new CallFault.Unknown(off) : new CallFault.Unavailable(off);
  }

  private static String again(Said said) {
    return said.retryAfterSeconds().isPresent()
        ? " and asks to retry in " + said.retryAfterSeconds().getAsLong() + " s, "
        : ", ";
  }

  private static String causes(Said said) {
    return said.causes().isEmpty() ? "" : " (" + String.join("; ", said.causes()) + ")";
  }

  private static String words(Throwable error) {
    String message = error.getMessage();
    return message == null || message.isBlank() ? error.getClass().getSimpleName() : message;
  }

  private static boolean any(Throwable error, Class<?> type) {
    return CauseChain.of(error).anyMatch(type::isInstance);
  }
}
