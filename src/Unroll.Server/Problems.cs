using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Unroll.Server;

/// <summary>Errors as ProblemDetails (RFC 9457): a status, its name, and one sentence without a path or a trace.</summary>
internal static partial class Problems
{
    private const int Longest = 600;

    /// <summary>Answers what is thrown while a request is handled, and gives refusals without a body (404, 405, 415) one.</summary>
    public static void UseProblems(this WebApplication app)
    {
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Unroll.Server");
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context).ConfigureAwait(false);
                HttpResponse response = context.Response;
                if (response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null)
                    await WriteAsync(context, response.StatusCode, WordsOf(response.StatusCode)).ConfigureAwait(false);
            }
            catch (Exception failure) when (!context.Response.HasStarted)
            {
                if (context.RequestAborted.IsCancellationRequested && failure is OperationCanceledException or IOException
                    && failure is not BadHttpRequestException)
                {
                    // Nobody waits for an answer.
                    context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                    return;
                }

                (int status, string detail, int? retryAfter) = Of(failure);
                if (status == StatusCodes.Status500InternalServerError)
                    Failed(logger, failure, context.Request.Method, context.Request.Path);
                await WriteAsync(context, status, detail, retryAfter).ConfigureAwait(false);
            }
        });
    }

    /// <summary>The status and the sentence of an exception.</summary>
    public static (int Status, string Detail, int? RetryAfter) Of(Exception failure) => failure switch
    {
        RequestException refused => (refused.Status, refused.Message, refused.RetryAfter),
        BadHttpRequestException bad => (bad.StatusCode, Sentence(bad.Message), null),
        UnrollException or ArgumentException => (StatusCodes.Status400BadRequest, Sentence(failure.Message), null),
        JsonException json => (StatusCodes.Status400BadRequest, WordsOf(json), null),
        OperationCanceledException => (StatusCodes.Status503ServiceUnavailable, "The answer took longer than the server allows.", 1),
        _ => (StatusCodes.Status500InternalServerError, "The server failed at this request; its log says why.", null),
    };

    /// <summary>Writes a refusal.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string detail, int? retryAfter = null)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        if (retryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        response.Headers.XContentTypeOptions = "nosniff";
        var json = new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }
    }

    /// <summary>A message as others may see it: one line, without the folders of this machine and the names of parameters.</summary>
    public static string Sentence(string message)
    {
        string text = Parameter().Replace(message.ReplaceLineEndings(" "), "");
        text = Folders().Replace(text, "$1");
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest - 3), "...");
    }

    private static string WordsOf(JsonException json) => json is { LineNumber: { } line, BytePositionInLine: { } at }
        ? string.Create(CultureInfo.InvariantCulture, $"The body is no valid JSON: line {line + 1}, byte {at + 1} cannot be read.")
        : "The body is no valid JSON.";

    private static string WordsOf(int status) => status switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "This address does not take this method; the header Allow lists those that it takes.",
        StatusCodes.Status415UnsupportedMediaType => "This address does not take a body of this media type.",
        _ => $"{ReasonPhrases.GetReasonPhrase(status)}.",
    };

    [GeneratedRegex(@" \(Parameter '[^']*'\)")]
    private static partial Regex Parameter();

    /// <summary>A path from the root, of Unix or Windows; its last name stays.</summary>
    [GeneratedRegex(@"(?<![\w./\\])(?:[A-Za-z]:[\\/]|\\\\|/)(?:[^\s/\\:""'<>|]+[\\/])+([^\s/\\:""'<>|]*)")]
    private static partial Regex Folders();

    [LoggerMessage(100, LogLevel.Error, "{Method} {Path} failed.")]
    private static partial void Failed(ILogger logger, Exception failure, string method, string path);
}
