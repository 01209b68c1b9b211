using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Extensions;
using Unroll.Formats;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Models and forecasters by dependency injection, whose files change, are half written, damaged and taken away.</summary>
public sealed class ServedModelTests : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-served-").FullName;
    private readonly ManualClock _clock = new();
    private readonly LogLines _log = new();
    private int _writes;

    private string File1 => Path.Combine(_folder, "prices.unroll");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_changed_file_is_loaded_when_it_has_settled()
    {
        Write(Made.Model(1));
        using ServiceProvider services = Services(s => s.AddUnrollModel(File1, o => o.Threads = 1));
        UnrollModel served = services.GetRequiredService<UnrollModel>();
        Assert.False(served.IsLoaded);
        Model first = served.Current;
        string version = served.Version!;
        Assert.Equal((1, "prices"), (first.Threads, first.Name));
        Assert.Equal(Convert.ToHexStringLower(File.ReadAllBytes(File1).AsSpan()[^32..]), version);
        Assert.Equal(_clock.GetUtcNow(), served.LoadedAt);
        _clock.Advance(10 * s_look);
        Assert.Same(first, served.Current);

        Model? told = null;
        served.Reloaded += model => told = model;
        Write(Made.Model(2));
        _clock.Advance(s_look);
        Assert.Same(first, served.Current);
        _clock.Advance(s_look);
        Assert.NotSame(first, served.Current);
        Assert.Same(told, served.Current);
        Assert.Equal(Made.Weights(Made.Model(2)), Made.Weights(served.Current));
        Assert.NotEqual(version, served.Version);
        Assert.Equal(_clock.GetUtcNow(), served.LoadedAt);

        // Whoever took the old one goes on with it.
        Assert.Equal(Made.Model(1).Predict(Made.Values(12)), first.Predict(Made.Values(12)));
        Assert.Equal([1, 1], _log.Lines.Select(line => line.Id));
    }

    /// <summary>Whoever opened a pipe would wait for who writes into it.</summary>
    [Fact]
    public void A_pipe_is_refused_and_does_not_hold_the_service_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders.");
        string pipe = Path.Combine(_folder, "pipe");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            made.WaitForExit();
        File.CreateSymbolicLink(File1, pipe);
        using (ServiceProvider first = Services(s => s.AddUnrollModel(File1)))
            Assert.Contains("no ordinary file",
                Assert.Throws<UnrollException>(() => first.GetRequiredService<UnrollModel>().Current).Message, StringComparison.Ordinal);

        File.Delete(File1);
        Write(Made.Model(1));
        using ServiceProvider services = Services(s => s.AddUnrollModel(File1));
        UnrollModel served = services.GetRequiredService<UnrollModel>();
        Model loaded = served.Current;
        File.Delete(File1);
        File.CreateSymbolicLink(File1, pipe);
        _clock.Advance(3 * s_look);
        Assert.Same(loaded, served.Current);
        Assert.NotNull(served.LastError);
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_left_alone_and_a_damaged_one_is_told_once()
    {
        Write(Made.Model(1));
        using ServiceProvider services = Services(s => s.AddUnrollModel(File1));
        UnrollModel served = services.GetRequiredService<UnrollModel>();
        Model first = served.Current;
        byte[] next = ModelFile.ToBytes(Made.Model(2));
        for (int part = 1; part < 5; part++)
        {
            Write(next[..(next.Length * part / 5)]);
            _clock.Advance(s_look);
        }

        Assert.Single(_log.Lines);
        Assert.Null(served.LastError);

        // It stays half written: the old one answers, and the log says so once.
        _clock.Advance(50 * s_look);
        Assert.Same(first, served.Current);
        Assert.Contains("damaged", Assert.IsType<UnrollException>(served.LastError).Message, StringComparison.Ordinal);
        (LogLevel level, int id, string text, Dictionary<string, object?> values) = _log.Lines[^1];
        Assert.Equal((LogLevel.Warning, 2, 2), (level, id, _log.Lines.Count));
        Assert.StartsWith($"The model {File1} has changed and could not be loaded; the one before goes on to answer. {File1} is damaged",
            text, StringComparison.Ordinal);
        Assert.Equal(File1, values["Path"]);

        Write(next);
        _clock.Advance(2 * s_look);
        Assert.Equal(Made.Weights(Made.Model(2)), Made.Weights(served.Current));
        Assert.Null(served.LastError);
    }

    [Fact]
    public void A_file_that_is_taken_away_and_a_refused_one_leave_the_old_one()
    {
        Write(Made.Model(1));
        using ServiceProvider services = Services(s => s.AddUnrollModel(File1, o => o.Check = model =>
        {
            if (model.OutputShape != new Shape(2))
                throw new UnrollException("It has other outputs.");
        }));
        UnrollModel served = services.GetRequiredService<UnrollModel>();
        Model first = served.Current;
        File.Delete(File1);
        _clock.Advance(3 * s_look);
        Assert.Same(first, served.Current);
        Assert.Contains("cannot be read", served.LastError!.Message, StringComparison.Ordinal);
        Write(new Model(new Gru(3), new Dense(7)).Build(new Shape(6, 2)));
        _clock.Advance(3 * s_look);
        Assert.Same(first, served.Current);
        Assert.Equal("It has other outputs.", served.LastError!.Message);
        Assert.Throws<UnrollException>(served.Reload);
        Assert.Equal([LogLevel.Information, LogLevel.Warning, LogLevel.Warning], _log.Lines.Select(line => line.Level));
        Write(Made.Model(1));
        _clock.Advance(3 * s_look);
        Assert.Null(served.LastError);
    }

    [Fact]
    public void Where_nothing_can_be_loaded_it_throws_until_it_can()
    {
        using ServiceProvider services = Services(s => s.AddUnrollModel(File1, o => o.ReloadInterval = Timeout.InfiniteTimeSpan));
        UnrollModel served = services.GetRequiredService<UnrollModel>();
        Assert.Equal(0, _clock.Timers);
        Assert.StartsWith($"{File1} cannot be read", Assert.Throws<UnrollException>(() => served.Current).Message,
            StringComparison.Ordinal);
        Write(Made.Model(1));
        Assert.NotNull(served.Current);
        Write(Made.Model(2));
        served.Reload();
        Assert.Equal(Made.Weights(Made.Model(2)), Made.Weights(served.Current));
    }

    [Fact]
    public void Threads_that_ask_at_once_get_one_model()
    {
        Write(Made.Model(1));
        using ServiceProvider services = Services(s => s.AddUnrollModel(File1));
        UnrollModel served = services.GetRequiredService<UnrollModel>();
        var all = new System.Collections.Concurrent.ConcurrentBag<Model>();
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => all.Add(served.Current));
        Assert.Single(all.Distinct());
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task Several_models_have_keys_and_health_checks()
    {
        Write(Made.Model(1));
        string other = Path.Combine(_folder, "other.unroll");
        Made.Model(5).Save(other);
        using ServiceProvider services = Services(s =>
        {
            s.AddKeyedUnrollModel("a", File1);
            s.AddKeyedUnrollModel("b", other, o => o.Threads = 1);
            s.AddKeyedUnrollModel("none", Path.Combine(_folder, "none.unroll"));
            s.AddHealthChecks().AddUnrollModel("a").AddUnrollModel("b", "second")
                .AddUnrollModel("none", failureStatus: HealthStatus.Degraded);
        });
        UnrollModel a = services.GetRequiredKeyedService<UnrollModel>("a");
        Assert.Equal(("a", "b"), (a.Current.Name, services.GetRequiredKeyedService<UnrollModel>("b").Current.Name));
        Assert.NotEqual(Made.Weights(a.Current), Made.Weights(services.GetRequiredKeyedService<UnrollModel>("b").Current));
        HealthReport report = await services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(TestContext.Current.CancellationToken);
        HealthReportEntry healthy = report.Entries["unroll-model-a"];
        Assert.Equal((HealthStatus.Healthy, "The model is loaded."), (healthy.Status, healthy.Description));
        Assert.Equal((File1, a.Version), (healthy.Data["path"], healthy.Data["version"]));
        Assert.Equal(HealthStatus.Healthy, report.Entries["second"].Status);
        Assert.Equal(HealthStatus.Degraded, report.Entries["unroll-model-none"].Status);
        Assert.StartsWith("No model is loaded: ", report.Entries["unroll-model-none"].Description, StringComparison.Ordinal);

        Write(new byte[100]);
        _clock.Advance(3 * s_look);
        HealthReportEntry older = (await services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["unroll-model-a"];
        Assert.Equal(HealthStatus.Degraded, older.Status);
        Assert.StartsWith("An older model answers, because", older.Description, StringComparison.Ordinal);
        Assert.Equal(a.Version, older.Data["version"]);
        Assert.Contains("no Unroll model file", (string)older.Data["error"], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_registered_wrongly_is_refused()
    {
        var services = new ServiceCollection();
        services.AddUnrollModel(File1);
        Assert.Contains("AddKeyedUnrollModel", Assert.Throws<InvalidOperationException>(() => services.AddUnrollModel(File1)).Message,
            StringComparison.Ordinal);
        services.AddKeyedUnrollModel("a", File1);
        Assert.Throws<InvalidOperationException>(() => services.AddKeyedUnrollModel("a", File1));
        Assert.Throws<ArgumentException>(() => services.AddKeyedUnrollModel("", File1));
        Assert.Throws<ArgumentException>(() => services.AddKeyedUnrollModel("b", " "));
        using ServiceProvider wrong = Services(s => s.AddUnrollModel(File1, o => o.Threads = 0));
        Assert.StartsWith("Threads is at least 1", Assert.Throws<UnrollException>(wrong.GetRequiredService<UnrollModel>).Message,
            StringComparison.Ordinal);
    }

    /// <summary>As the documentation has it, with requests that run while the file changes.</summary>
    [Fact]
    public async Task A_web_service_answers_with_the_newest_model()
    {
        Write(Made.Model(1));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddUnrollModel(File1, o =>
        {
            o.Threads = 1;
            o.ReloadInterval = TimeSpan.FromMilliseconds(20);
        });
        builder.Services.AddHealthChecks().AddUnrollModel();
        await using WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/predict", (float[] window, UnrollModel model) => model.Current.Predict(window));
        app.MapHealthChecks("/health");
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(app.Services.GetRequiredService<UnrollModel>().IsLoaded);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        float[] window = Made.Values(12), old = Made.Model(1).Predict(window), next = Made.Model(2).Predict(window);
        bool hasChanged = false;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int i = 0; !hasChanged; i++)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "the file was not loaded again");
            if (i == 20)
                Write(Made.Model(2));
            HttpResponseMessage response = await client.PostAsJsonAsync("/predict", window, TestContext.Current.CancellationToken);
            float[] answer = (await response.Content.ReadFromJsonAsync<float[]>(TestContext.Current.CancellationToken))!;
            hasChanged = answer.SequenceEqual(next);
            Assert.True(hasChanged || answer.SequenceEqual(old));
        }

        Assert.Equal("Healthy", await client.GetStringAsync("/health", TestContext.Current.CancellationToken));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_host_whose_file_is_bad_does_not_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddUnrollModel(File1);
        using IHost host = builder.Build();
        await Assert.ThrowsAsync<UnrollException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        HostApplicationBuilder lazy = Host.CreateEmptyApplicationBuilder(null);
        lazy.Services.AddUnrollModel(File1, o => o.LoadAtStart = false);
        using IHost started = lazy.Build();
        await started.StartAsync(TestContext.Current.CancellationToken);
        Assert.False(started.Services.GetRequiredService<UnrollModel>().IsLoaded);
    }

    [Fact]
    public async Task A_forecaster_is_served_in_the_same_way()
    {
        ForecastTask task = Made.Task();
        var ridge = new RidgeForecaster();
        ridge.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        ForecastFile.Save(ridge, File1);
        using ServiceProvider services = Services(s =>
        {
            s.AddUnrollForecaster(File1, o => o.Threads = 1);
            s.AddHealthChecks().AddUnrollForecaster();
        });
        UnrollForecaster served = services.GetRequiredService<UnrollForecaster>();
        Assert.Equal(Made.Ahead(ridge, task, 3), Made.Ahead(served.Current, task, 3));
        var naive = new NaiveForecaster();
        naive.Fit(task, cancellationToken: TestContext.Current.CancellationToken);
        ForecastFile.Save(naive, File1);
        File.SetLastWriteTimeUtc(File1, new DateTime(2030, 1, 1));
        _clock.Advance(2 * s_look);
        Assert.Equal("naive", served.Current.Name);
        HealthReport report = await services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal("The forecaster is loaded.", report.Entries["unroll-forecaster"].Description);
    }

    private void Write(Model model) => Write(ModelFile.ToBytes(model));

    /// <summary>In place, as cp does, with a time of its own.</summary>
    private void Write(byte[] contents)
    {
        File.WriteAllBytes(File1, contents);
        File.SetLastWriteTimeUtc(File1, new DateTime(2026, 1, 1).AddSeconds(++_writes));
    }

    private ServiceProvider Services(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<ILoggerFactory>(_log);
        add(services);
        return services.BuildServiceProvider();
    }
}
