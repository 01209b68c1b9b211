using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server;

/// <summary>The files of the page, which are part of this library.</summary>
internal sealed class PageFiles
{
    private static readonly FrozenDictionary<string, string> s_types = new Dictionary<string, string>
    {
        [""] = "text/plain; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".json"] = "application/json",
        [".txt"] = "text/plain; charset=utf-8",
        [".woff2"] = "font/woff2",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, PageFile> _files;

    private PageFiles(IEnumerable<PageFile> files) => _files = files.ToFrozenDictionary(file => file.Path);

    /// <summary>A file under its address.</summary>
    private sealed record PageFile(string Path, string Type, byte[] Bytes, string Tag);

    /// <summary>The files that are embedded with folders before their names; of two of one name that of the folder before.</summary>
    public static PageFiles FromAssembly(params string[] folders) =>
        new((folders.Length > 0 ? folders : ["Page/"]).SelectMany(FilesOf).DistinctBy(file => file.Path));

    private static IEnumerable<PageFile> FilesOf(string folder)
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Select(name =>
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string type = s_types.GetValueOrDefault(System.IO.Path.GetExtension(name), "application/octet-stream");
            return new PageFile("/" + name[folder.Length..].Replace('\\', '/'), type, bytes,
                $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
        });
    }

    /// <summary>Answers the addresses of the files, and / with the page itself.</summary>
    public void Use(WebApplication app) => app.Use((context, next) =>
    {
        string path = context.Request.Path.Value is { Length: > 1 } given ? given : "/index.html";
        return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? _files.TryGetValue(path, out PageFile? file) ? SendAsync(context, file) : next(context)
            : next(context);
    });

    private static async Task SendAsync(HttpContext context, PageFile file)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = file.Tag;
        response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(file.Tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.Type;
        response.ContentLength = file.Bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(file.Bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
