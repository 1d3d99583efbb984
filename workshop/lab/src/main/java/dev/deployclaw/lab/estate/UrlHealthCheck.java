package dev.deployclaw.lab.estate;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Whether a URL answers 200 now. */
public final class UrlHealthCheck {
  private static final int TIMEOUT_MILLIS = 1_000;

  private UrlHealthCheck() {}

  public static boolean answers(String url) {
    try {
      var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }
}
