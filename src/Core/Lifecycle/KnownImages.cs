using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>Images whose products the catalogue does not know by identifiers, nor by name: a table of facts.</summary>
internal static class KnownImages
{
    /// <summary>
    /// Namespaces in which images are called as the official ones. On Docker Hub those of the official images by architecture
    /// (<see href="https://github.com/docker-library/official-images#architectures-other-than-amd64"/>) and of who builds many products.
    /// </summary>
    public static readonly HashSet<string> NamedAsOfficial = new(StringComparer.Ordinal)
    {
        "docker.io/amd64", "docker.io/arm32v5", "docker.io/arm32v6", "docker.io/arm32v7", "docker.io/arm64v8", "docker.io/i386", "docker.io/mips64le",
        "docker.io/ppc64le", "docker.io/riscv64", "docker.io/s390x", "docker.io/winamd64", "docker.io/bitnami", "docker.io/bitnamilegacy", "docker.io/bitnamisecure",
        "docker.io/cimg", "docker.io/circleci", "docker.io/linuxserver", "docker.io/apache", "public.ecr.aws/bitnami", "lscr.io/linuxserver",
        "ghcr.io/linuxserver", "cgr.dev/chainguard", "dhi.io", "registry.fedoraproject.org", "public.ecr.aws/lambda",
    };

    /// <summary>Public registries where an image whose namespace has its own name is that product's: <c>grafana/grafana</c>.</summary>
    public static readonly HashSet<string> Public = new(StringComparer.Ordinal) { ImageName.DockerHub, "quay.io", "ghcr.io", "public.ecr.aws", "mirror.gcr.io" };

    /// <summary>Names of official images and the products that the catalogue calls otherwise.</summary>
    public static readonly (string Name, string Product)[] Official =
    [
        ("docker", "docker-engine"), ("photon", "vmware-photon"), ("ibm-semeru-runtimes", "ibm-semeru"), ("rocket.chat", "rocket-chat"), ("rails", "ruby-on-rails"),
        ("iojs", "nodejs"), ("ubuntu-debootstrap", "ubuntu"), ("ubuntu-upstart", "ubuntu"), ("amazonlinux", "amazon-linux"), ("amazoncorretto", "amazon-corretto"),
        ("fedora-minimal", "fedora"), ("varnish", "vinyl-cache"),

        // The official image ships the builds of jdk.java.net, which end with each release (https://github.com/docker-library/openjdk).
        ("openjdk", "openjdk-builds-from-oracle"),
    ];

    /// <summary>Other images.</summary>
    public static readonly (string Image, string Product)[] Others =
    [
        ("mcr.microsoft.com/dotnet/sdk", "dotnet"), ("mcr.microsoft.com/dotnet/aspnet", "dotnet"), ("mcr.microsoft.com/dotnet/runtime", "dotnet"),
        ("mcr.microsoft.com/dotnet/runtime-deps", "dotnet"), ("mcr.microsoft.com/dotnet/monitor", "dotnet"), ("mcr.microsoft.com/dotnet/monitor/base", "dotnet"),
        ("mcr.microsoft.com/dotnet/nightly/sdk", "dotnet"), ("mcr.microsoft.com/dotnet/nightly/aspnet", "dotnet"), ("mcr.microsoft.com/dotnet/nightly/runtime", "dotnet"),
        ("mcr.microsoft.com/dotnet/nightly/runtime-deps", "dotnet"), ("mcr.microsoft.com/dotnet/nightly/monitor", "dotnet"),
        ("mcr.microsoft.com/dotnet/core/sdk", "dotnet"), ("mcr.microsoft.com/dotnet/core/aspnet", "dotnet"), ("mcr.microsoft.com/dotnet/core/runtime", "dotnet"),
        ("mcr.microsoft.com/dotnet/core/runtime-deps", "dotnet"), ("docker.io/microsoft/dotnet", "dotnet"),
        ("mcr.microsoft.com/dotnet/framework/sdk", "dotnetfx"), ("mcr.microsoft.com/dotnet/framework/aspnet", "dotnetfx"),
        ("mcr.microsoft.com/dotnet/framework/runtime", "dotnetfx"), ("mcr.microsoft.com/dotnet/framework/wcf", "dotnetfx"),
        ("mcr.microsoft.com/windows/servercore", "windows-server-core"), ("mcr.microsoft.com/windows/nanoserver", "windows-nano-server"),
        ("mcr.microsoft.com/windows/server", "windows-server"), ("docker.io/microsoft/windowsservercore", "windows-server-core"), ("docker.io/microsoft/nanoserver", "windows-nano-server"),
        ("mcr.microsoft.com/powershell", "powershell"), ("mcr.microsoft.com/openjdk/jdk", "microsoft-build-of-openjdk"), ("mcr.microsoft.com/mssql/server", "mssqlserver"),
        ("docker.io/grafana/grafana-oss", "grafana"), ("docker.io/grafana/grafana-enterprise", "grafana"),
        ("docker.io/hashicorp/vault", "hashicorp-vault"), ("docker.io/hashicorp/vault-enterprise", "hashicorp-vault"), ("docker.io/hashicorp/consul", "consul"),
        ("docker.io/hashicorp/consul-enterprise", "consul"), ("docker.io/hashicorp/nomad", "nomad"), ("docker.io/hashicorp/terraform", "terraform"),
        ("docker.io/hashicorp/packer", "hashicorp-packer"), ("docker.io/hashicorp/boundary", "boundary"),
        ("docker.elastic.co/elasticsearch/elasticsearch", "elasticsearch"), ("docker.elastic.co/kibana/kibana", "kibana"), ("docker.elastic.co/logstash/logstash", "logstash"),
        ("docker.elastic.co/beats/filebeat", "beats"), ("docker.elastic.co/beats/metricbeat", "beats"), ("docker.elastic.co/beats/heartbeat", "beats"),
        ("docker.elastic.co/beats/packetbeat", "beats"), ("docker.elastic.co/beats/auditbeat", "beats"),
        ("docker.io/gitlab/gitlab-ce", "gitlab"), ("docker.io/gitlab/gitlab-ee", "gitlab"), ("docker.io/sonatype/nexus3", "nexus"),
        ("docker.io/mattermost/mattermost-team-edition", "mattermost"), ("docker.io/mattermost/mattermost-enterprise-edition", "mattermost"),
        ("docker.io/postgis/postgis", "postgresql"), ("docker.io/nginxinc/nginx-unprivileged", "nginx"), ("docker.io/jboss/keycloak", "keycloak"),
        ("docker.io/mysql/mysql-server", "mysql"), ("container-registry.oracle.com/mysql/community-server", "mysql"), ("docker.io/mongodb/mongodb-community-server", "mongodb"),
        ("docker.io/longhornio/longhorn-manager", "longhorn"), ("docker.io/checkmk/check-mk-community", "checkmk"), ("docker.io/rocketchat/rocket.chat", "rocket-chat"),
        ("docker.io/atlassian/jira-software", "jira-software"), ("docker.io/atlassian/confluence", "confluence"), ("docker.io/atlassian/bitbucket", "bitbucket"),
        ("registry.k8s.io/kube-apiserver", "kubernetes"), ("registry.k8s.io/kube-controller-manager", "kubernetes"), ("registry.k8s.io/kube-scheduler", "kubernetes"),
        ("registry.k8s.io/kube-proxy", "kubernetes"), ("registry.k8s.io/kubectl", "kubernetes"), ("registry.k8s.io/conformance", "kubernetes"),
        ("k8s.gcr.io/kube-apiserver", "kubernetes"), ("k8s.gcr.io/kube-controller-manager", "kubernetes"), ("k8s.gcr.io/kube-scheduler", "kubernetes"), ("k8s.gcr.io/kube-proxy", "kubernetes"),
        ("registry.k8s.io/etcd", "etcd"), ("k8s.gcr.io/etcd", "etcd"), ("registry.k8s.io/nfd/node-feature-discovery", "kubernetes-node-feature-discovery"),
        ("registry.k8s.io/sig-storage/csi-node-driver-registrar", "kubernetes-csi-node-driver-registrar"),
        ("quay.io/jetstack/cert-manager-controller", "cert-manager"), ("quay.io/jetstack/cert-manager-webhook", "cert-manager"), ("quay.io/jetstack/cert-manager-cainjector", "cert-manager"),
        ("quay.io/metallb/controller", "metallb"), ("quay.io/metallb/speaker", "metallb"), ("ghcr.io/goauthentik/server", "authentik"),
        ("docker.io/opensuse/leap", "opensuse"), ("docker.io/opensuse/archive", "opensuse"), ("registry.opensuse.org/opensuse/leap", "opensuse"),
        ("registry.suse.com/bci/bci-base", "sles"), ("registry.suse.com/bci/bci-minimal", "sles"), ("registry.suse.com/bci/bci-micro", "sles"), ("registry.suse.com/bci/bci-init", "sles"),
        ("quay.io/almalinuxorg/almalinux", "almalinux"), ("container-registry.oracle.com/os/oraclelinux", "oracle-linux"), ("docker.io/sapmachine/jdk", "sapmachine"),
        ("public.ecr.aws/amazonlinux/amazonlinux", "amazon-linux"), ("public.ecr.aws/amazoncorretto/amazoncorretto", "amazon-corretto"), ("docker.io/osrf/ros", "ros"),
    ];

    /// <summary>Images whose tags have the version of what they ship after a word: <c>4-python3.11</c>, <c>0.8.0-pg16</c>.</summary>
    public static readonly (string Image, string Product, string Word)[] AfterWord =
    [
        ("mcr.microsoft.com/azure-functions/python", "python", "python"), ("mcr.microsoft.com/azure-functions/node", "nodejs", "node"),
        ("mcr.microsoft.com/azure-functions/dotnet", "dotnet", "dotnet"), ("mcr.microsoft.com/azure-functions/dotnet-isolated", "dotnet", "isolated"),
        ("mcr.microsoft.com/azure-functions/powershell", "powershell", "powershell"), ("mcr.microsoft.com/azure-functions/java", "microsoft-build-of-openjdk", "java"),
        ("docker.io/pgvector/pgvector", "postgresql", "pg"), ("docker.io/timescale/timescaledb", "postgresql", "pg"),
    ];

    /// <summary>Images that ship no product: their tags may begin with a release of Ubuntu (<c>24.04-curl</c>).</summary>
    public const string UbuntuReleases = "docker.io/library/buildpack-deps";

    /// <summary>Canonical's images of others' products, whose tags have Ubuntu's release in a piece of its own (<c>16-24.04_stable</c>).</summary>
    public const string Canonicals = "docker.io/ubuntu/";

    /// <summary>Images of Node.js without a shell, with its cycle in their names (<c>nodejs22-debian12</c>).</summary>
    public const string DistrolessNode = "gcr.io/distroless/nodejs";

    /// <summary>
    /// Products that one image may ship besides the first: the ROS of either generation, SonarQube's editions, CentOS Stream. A word is a
    /// piece that the tag then has, or begins with; without one the second is looked at where the first has no such cycle.
    /// </summary>
    public static readonly (string Product, string Other, string[] Words)[] Seconds =
    [
        ("ros", "ros-2", []), ("sonarqube-community", "sonarqube-server", ["developer", "enterprise", "datacenter"]), ("centos", "centos-stream", ["stream"]),
    ];
}
