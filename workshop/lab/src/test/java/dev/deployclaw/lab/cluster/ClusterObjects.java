package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import org.apache.commons.lang3.function.Failable;

/** A gateway of four pods, and the files that it may read. */
final class ClusterObjects {
  static final int PORT = FreePortFinder.free();

  private ClusterObjects() {}

  static String file(String says, String more) {
    return """
    daemon off;
    worker_processes 1;
    pid /run/gw/nginx.pid;
    events {}
    http {
      access_log off;
      client_body_temp_path /run/gw/tmp;
      proxy_temp_path /run/gw/tmp;
      fastcgi_temp_path /run/gw/tmp;
      uwsgi_temp_path /run/gw/tmp;
      scgi_temp_path /run/gw/tmp;
      %s
      server { listen 0.0.0.0:%d; location / { return 200 "%s"; } }
    }
    """
        .formatted(more, PORT, says);
  }

  static ObjectNode deployment() {
    return json(
        """
        {'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'edge','name':'gw'},
         'spec':{'replicas':4,'progressDeadlineSeconds':3,'selector':{'matchLabels':{'app':'gw'}},
          'template':{'metadata':{'labels':{'app':'gw'}},'spec':{
           'containers':[{'name':'nginx','image':'nginx:lab',
             'command':['nginx','-c','/etc/nginx/dc/nginx.conf'],
             'volumeMounts':[{'name':'conf','mountPath':'/etc/nginx/dc'},
                             {'name':'run','mountPath':'/run/gw'}]}],
           'volumes':[{'name':'conf','configMap':{'name':'one'}},{'name':'run','emptyDir':{}}]}}}}
        """);
  }

  static ObjectNode json(String singleQuoted) {
    return Failable.get(
        () -> (ObjectNode) ApiServer.JSON.readTree(singleQuoted.replace('\'', '"')));
  }
}
