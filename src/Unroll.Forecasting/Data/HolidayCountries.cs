using PublicHoliday;

namespace Unroll.Forecasting;

/// <summary>The countries and subdivisions whose public holidays are known, by their codes of ISO 3166.</summary>
internal static class HolidayCountries
{
    private static readonly SortedDictionary<string, Func<IPublicHolidays>> s_all = All();

    /// <summary>All codes, a country before its subdivisions.</summary>
    public static IReadOnlyCollection<string> Codes => s_all.Keys;

    /// <summary>The code as it is written in the standard.</summary>
    /// <param name="code">Letter case does not count.</param>
    /// <exception cref="UnrollException">There is no such code, or its holidays are not known.</exception>
    public static string CodeOf(string code)
    {
        string wanted = code.Trim().ToUpperInvariant();
        if (s_all.ContainsKey(wanted))
            return wanted;
        string shown = CellText.Clean(NameList.Cut(code, 40)), country = wanted.Split('-')[0];
        string[] parts = [.. s_all.Keys.Where(other => other.StartsWith(country + "-", StringComparison.Ordinal))];
        string[] countries = [.. s_all.Keys.Where(other => !other.Contains('-', StringComparison.Ordinal))];
        string[] divided = [.. countries.Where(other => s_all.ContainsKey(FirstPartOf(other)))];
        string message = s_all.ContainsKey(country)
            ? $"The public holidays of \"{shown}\" are not known. Give {string.Join(", ", parts.Prepend(country))}."
            : $"The public holidays of \"{shown}\" are not known. Give the code of one of the countries {string.Join(", ", countries)}, "
                + $"or of a part of {string.Join(", ", divided)}, as DE-BY.";
        throw new UnrollException(message) { Subject = "holidays" };
    }

    /// <summary>The rules of a code that <see cref="CodeOf"/> gave.</summary>
    public static IPublicHolidays RulesOf(string code) => s_all[code]();

    private static string FirstPartOf(string country) =>
        s_all.Keys.FirstOrDefault(other => other.StartsWith(country + "-", StringComparison.Ordinal)) ?? "";

    private static SortedDictionary<string, Func<IPublicHolidays>> All()
    {
        var all = new SortedDictionary<string, Func<IPublicHolidays>>(StringComparer.Ordinal)
        {
            ["AT"] = () => new AustriaPublicHoliday(),
            ["AU"] = () => new AustraliaPublicHoliday(),
            ["BE"] = () => new BelgiumPublicHoliday(),
            ["BR"] = () => new BrazilPublicHoliday(),
            ["CA"] = () => new CanadaPublicHoliday(),
            ["CH"] = () => new SwitzerlandPublicHoliday(),
            ["CZ"] = () => new CzechRepublicPublicHoliday(),
            ["DE"] = () => new GermanPublicHoliday(),
            ["DK"] = () => new DenmarkPublicHoliday(),
            ["EE"] = () => new EstoniaPublicHoliday(),
            ["ES"] = () => new SpainPublicHoliday(),
            ["FI"] = () => new FinlandPublicHoliday(),
            ["FR"] = () => new FrancePublicHoliday(),
            ["GB"] = () => new UKBankHoliday(),
            ["GR"] = () => new GreecePublicHoliday(),
            ["HR"] = () => new CroatiaPublicHoliday(),
            ["HU"] = () => new HungaryPublicHoliday(),
            ["IE"] = () => new IrelandPublicHoliday(),
            ["IT"] = () => new ItalyPublicHoliday(),
            ["JP"] = () => new JapanPublicHoliday(),
            ["KZ"] = () => new KazakhstanPublicHoliday(),
            ["LT"] = () => new LithuaniaPublicHoliday(),
            ["LU"] = () => new LuxembourgPublicHoliday(),
            ["LV"] = () => new LatviaPublicHoliday(),
            ["ME"] = () => new MontenegroPublicHoliday(),
            ["MX"] = () => new MexicoPublicHoliday(),
            ["NL"] = () => new DutchPublicHoliday(),
            ["NO"] = () => new NorwayPublicHoliday(),
            ["NZ"] = () => new NewZealandPublicHoliday(),
            ["PL"] = () => new PolandPublicHoliday(),
            ["PT"] = () => new PortugalPublicHoliday(),
            ["RO"] = () => new RomanianPublicHoliday(),
            ["RS"] = () => new SerbianPublicHoliday(),
            ["SE"] = () => new SwedenPublicHoliday(),
            ["SI"] = () => new SloveniaPublicHoliday(),
            ["SK"] = () => new SlovakiaPublicHoliday(),
            ["TR"] = () => new TurkeyPublicHoliday(),
            ["US"] = () => new USAPublicHoliday(),
            ["ZA"] = () => new SouthAfricaPublicHoliday(),
        };
        AddParts(
            "AU",
            "ACT NSW NT QLD SA TAS VIC WA",
            part => new AustraliaPublicHoliday { State = Parse<AustraliaPublicHoliday.States>(part) });
        AddParts("CA", "AB BC MB NB NL NS NT NU ON PE QC SK YT", part => new CanadaPublicHoliday(part));
        AddParts(
            "CH",
            "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH",
            part => new SwitzerlandPublicHoliday { Canton = Parse<SwitzerlandPublicHoliday.Cantons>(part) });
        AddParts(
            "DE",
            "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH",
            part => new GermanPublicHoliday { State = Parse<GermanPublicHoliday.States>(part) });
        AddFrance("57 67 68 6AE", FrancePublicHoliday.Regions.AlsaceMoselle);
        AddFrance("971", FrancePublicHoliday.Regions.Guadeloupe);
        AddFrance("972", FrancePublicHoliday.Regions.Martinique);
        AddFrance("973", FrancePublicHoliday.Regions.Guyane);
        AddFrance("974", FrancePublicHoliday.Regions.Reunion);
        AddFrance("976", FrancePublicHoliday.Regions.Mayotte);
        AddFrance("BL", FrancePublicHoliday.Regions.SaintBarthelemy);
        AddFrance("MF", FrancePublicHoliday.Regions.SaintMartin);
        AddFrance("NC", FrancePublicHoliday.Regions.NouvelleCaledonie);
        AddFrance("PF", FrancePublicHoliday.Regions.PolynesieFrancaise);
        AddFrance("WF", FrancePublicHoliday.Regions.WallisEtFutuna);
        AddBritain("ENG", UKBankHoliday.UkCountries.England);
        AddBritain("NIR", UKBankHoliday.UkCountries.NorthernIreland);
        AddBritain("SCT", UKBankHoliday.UkCountries.Scotland);
        AddBritain("WLS", UKBankHoliday.UkCountries.Wales);
        AddNewZealand("AUK", NewZealandPublicHoliday.ProvincialDistricts.AUCKLAND);
        AddNewZealand("CAN", NewZealandPublicHoliday.ProvincialDistricts.CANTERBURY);
        AddNewZealand("CIT", NewZealandPublicHoliday.ProvincialDistricts.CHATHAM_ISLANDS);
        AddNewZealand("HKB", NewZealandPublicHoliday.ProvincialDistricts.HAWKES_BAY);
        AddNewZealand("MBH", NewZealandPublicHoliday.ProvincialDistricts.MARLBOROUGH);
        AddNewZealand("NSN", NewZealandPublicHoliday.ProvincialDistricts.NELSON);
        AddNewZealand("NTL", NewZealandPublicHoliday.ProvincialDistricts.NORTHLAND);
        AddNewZealand("OTA", NewZealandPublicHoliday.ProvincialDistricts.OTAGO);
        AddNewZealand("STL", NewZealandPublicHoliday.ProvincialDistricts.SOUTHLAND);
        AddNewZealand("TKI", NewZealandPublicHoliday.ProvincialDistricts.TARANAKI);
        AddNewZealand("WGN", NewZealandPublicHoliday.ProvincialDistricts.WELLINGTON);
        AddNewZealand("WTC", NewZealandPublicHoliday.ProvincialDistricts.WESTLAND);
        AddParts("PT", "20", _ => new PortugalPublicHoliday { Region = PortugalPublicHoliday.Regions.Acores });
        AddParts("PT", "30", _ => new PortugalPublicHoliday { Region = PortugalPublicHoliday.Regions.Madeira });
        return all;

        void AddParts(string country, string parts, Func<string, IPublicHolidays> create)
        {
            foreach (string part in parts.Split(' '))
                all.Add($"{country}-{part}", () => create(part));
        }

        void AddFrance(string parts, FrancePublicHoliday.Regions region) =>
            AddParts("FR", parts, _ => new FrancePublicHoliday { Region = region });

        void AddBritain(string part, UKBankHoliday.UkCountries country) => AddParts("GB", part, _ => new UKBankHoliday(country));

        void AddNewZealand(string part, NewZealandPublicHoliday.ProvincialDistricts district) =>
            AddParts("NZ", part, _ => new NewZealandPublicHoliday { ProvincialDistrict = district });

        static T Parse<T>(string part)
            where T : struct, Enum => Enum.Parse<T>(part);
    }
}
