using System.Globalization;
using System.Net;
using System.Text;
using Unroll.Forecasting;
using Unroll.Layers;
using Xunit;

namespace Unroll.Server.Tests.Serving;

/// <summary>
/// Bodies that nobody means to send: good ones with parts changed, left out, repeated and put together. UNROLL_FUZZ_BODIES says how many,
/// for example 10000; without it there are a few hundred.
/// </summary>
public class FuzzTests
{
    private static readonly string[] s_seeds =
    [
        "[[1,2],[3,4],[5,6],[1,2],[3,4],[5,6]]",
        "{\"inputs\":[[[1,2],[3,4],[5,6],[1,2],[3,4],[5,6]]]}",
        "{\"inputs\":{\"input_1\":[[1,2],[3,4],[5,6],[1,2],[3,4],[5,6]]}}",
        "{\"id\":\"x\",\"inputs\":[{\"name\":\"input_1\",\"shape\":[1,6,2],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8,9,1,2,3]}],"
            + "\"outputs\":[{\"name\":\"dense_1\"}]}",
        "[0.5,-1.25]",
        "{\"inputs\":[0.5,1e-3]}",
        "1,2\n3,4\n5,6\n1,2\n3,4\n5,6\n",
        "date,sales\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3.5\n",
        "[{\"date\":\"2024-01-01\",\"sales\":1},{\"date\":\"2024-01-02\",\"sales\":null}]",
        "[1,2,3]",
    ];

    private static readonly string[] s_parts =
    [
        "[", "]", "{", "}", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "NaN", "-", "1e999", "-1e-999",
        "9999999999999999999999", "0x1", "\0", "\r\n", "\t", "\uFEFF",
        "é", "𝄞", "\"inputs\"", "\"name\"", "\"shape\"", "[[[[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":", "-0",
        "1.7976931348623157e308", "<script>alert(1)</script>",
        "../../etc/passwd", "' OR 1=1 --", "PK\u0003\u0004", "PAR1", "\u001f\u008b\b", "2147483648", "-2147483649", ";", "|", "01", ".5",
        "5.", "+1", "1,000.5", "2024-13-45", "binary_data_size",
    ];

    private static readonly string[] s_types = ["application/json", "application/json; charset=utf-16", "text/csv", "text/plain",
        "application/octet-stream", "multipart/form-data; boundary=x"];

    /// <summary>Addresses, each with the number of a body that it takes and its type.</summary>
    private static readonly (string Path, int Seed, int Type)[] s_asks =
    [
        ("/models/net/predict", 0, 0), ("/models/net/predict", 1, 0), ("/models/net/predict", 2, 0), ("/models/net/predict", 6, 2),
        ("/models/tokens/predict", 9, 0),
        ("/models/sales/predict", 7, 2), ("/models/sales/predict?horizon=2", 8, 0), ("/models/net/sequences/a", 4, 0),
        ("/models/net/sequences/b", 5, 0), ("/models/net/sequences/b?step=2", 4, 0),
        ("/v2/models/net/infer", 3, 0), ("/v2/models/net/infer", 3, 0), ("/v2/models/sales/infer", 3, 0),
        ("/v2/models/nothing/infer", 3, 0), ("/forecast?target=nothing", 7, 2), ("/forecast?horizon=99999", 8, 0),
        ("/models/tokens/sequences/c", 4, 0), ("/forecast?target=sales&horizon=2", 7, 2),
    ];

    [Fact]
    public async Task No_body_is_answered_with_a_fault_of_the_server_and_none_stays_in_memory()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("UNROLL_FUZZ_BODIES"), CultureInfo.InvariantCulture, out int given)
            ? given : 400;
        await using var served = new ServedFolder();
        served.Save("net", ServedFolder.Gru());
        served.Save("tokens", new Model(new Embedding(10, 4), new Gru(3), new Dense(1)).Build(new Shape(3), 2));
        var task = new ForecastTask(
            TimeSeries.Read(new StringReader(ForecastTests.Table(60)), name: "table"), new TaskOptions { Horizon = 2 });
        BaselineForecaster naive = Baselines.For(task).First(rule => rule.Key == "naive");
        naive.Fit(task);
        ForecastFile.Save(naive, Path.Combine(served.Folder, "sales.unroll"));
        await served.StartAsync(options => options with { MostSequences = 20 });
        var seen = new SortedDictionary<HttpStatusCode, int>();
        long before = 0;
        for (int i = 0; i < count; i++)
        {
            if (i == count / 4)
                before = GC.GetTotalMemory(forceFullCollection: true);
            var random = new Random(i);
            (string path, int seed, int type) = s_asks[random.Next(s_asks.Length)];
            byte[] body = Body(random, random.Next(4) == 0 ? random.Next(s_seeds.Length) : seed);
            using var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", s_types[random.Next(6) == 0 ? random.Next(s_types.Length) : type]);
            using HttpResponseMessage response = await served.Client.PostAsync(path, content);
            string answer = await response.Content.ReadAsStringAsync();
            seen[response.StatusCode] = seen.GetValueOrDefault(response.StatusCode) + 1;
            Assert.True((int)response.StatusCode < 500, $"Body {i} to {path}: {(int)response.StatusCode} {answer}");
            if (!response.IsSuccessStatusCode)
            {
                Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
                Assert.DoesNotContain(served.Path, answer, StringComparison.Ordinal);
                Assert.DoesNotContain("Exception", answer, StringComparison.Ordinal);
                Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
            }
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Current.SendDiagnosticMessage(
            $"{count} bodies: {string.Join(", ", seen.Select(each => $"{(int)each.Key}: {each.Value}"))}; "
                + $"{grown:N0} bytes more in memory.");
        Assert.True(grown < 16 << 20, $"{grown:N0} bytes more are in memory after {count} bodies.");
        Assert.True(seen.GetValueOrDefault(HttpStatusCode.OK) > count / 20, "No body was right, so that only the first check was tried.");
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("/models/net/predict", s_seeds[0])).Status);
    }

    private static byte[] Body(Random random, int seed)
    {
        var text = new StringBuilder(s_seeds[seed]);
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            int at = random.Next(text.Length + 1), length = random.Next(Math.Min(8, text.Length - at + 1));
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, s_parts[random.Next(s_parts.Length)]);
                    break;
                case 2:
                    text.Insert(at, text.ToString(at, length));
                    break;
                default:
                    text.Remove(at, length).Insert(at, s_parts[random.Next(s_parts.Length)]);
                    break;
            }
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (bytes.Length > 0 && random.Next(6) == 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(40) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }
}
