"""Norwegian (bokmål) words by falling frequency, the backing of the letter model.

Source: counted in the news and encyclopedia texts of NorQuAD (Ivanova et al. 2023, CC0 1.0);
lower case, names left out.
"""

FREQUENT_WORDS = """
i og av til det som er en på for å med at har den de ble han var fra et ikke om men etter seg også
kan vi ved hadde da sier år dette vil mot over eller jeg andre ut to flere så første skal hun
under sin ha være opp fikk før nå mange hans denne blir mellom vært der siden mer inn rundt enn
blant alle noen noe få store tidligere politiet blitt bli selv må tallet man tre gjennom scanpix
siste ifølge hvor både kom bare tid tok mye nye stor norske annet sine gikk mens når hele sammen
kunne sa millioner disse mest kommer årene dag landet skulle skriver største gang sitt kroner dem
samme senere ingen kjent fire norsk tilbake går ta fram her del slik igjen helt får vant du
prosent land gå ville død ned grunn fått mål hva beste ligger uten saken ham verden mener tatt
godt tillegg langt f rekke gjør ny frem sett dermed deler nok slutten født viser mindre først
søndag gjorde lørdag gjøre god ser området større mennesker fortsatt leder derfor barn meg fem
videre står tiden regjeringen svært ønsker kampen byen meter gjort måtte ganger se fredag litt
hvordan utenfor mannen la historie samtidig of folk gitt deres personer plass verdens viktig tyske
imidlertid veldig øst stedet alt partiet vest gamle perioden si ett like kveld hatt startet kun
seks januar begynte bak april mann mandag satt lenge mai torsdag allerede politiske fordi tar døde
minutter annen særlig språk løpet tidlig neste stort oss slutt lang én gode åringen fleste laget
ti navnet per sto begge dagens verdenskrig finnes hvis onsdag deretter egen eneste bruk kalt gi
ofte ga ulike fjor likevel bedre holdt amerikanske moderne gått hvert hver lagt nytt tredje innen
kamp september spiller ledet spilte s minst milliarder nummer kort lag omkring gir brukt eksempel
aldri mulig landets forhold sesongen oktober mars navn førte juni styrker november unge tirsdag
opplyser kvinner klart komme rett heller funnet foran arbeidet årets statsminister periode juli
dersom side ca hendelsen utviklet gammel antall seier britiske brukes nesten liv raskt kong dollar
begynnelsen bør franske hos bygget sted poeng følge elektrisk finne t hus president politisk
russiske veien spesielt viktigste tror bra hennes våre august omgang åtte km konge måte året vet
februar ekspedisjonen lite rolle skole innenfor by samt avtalen spillet områder endte betyr energi
kalles satte dager desember vei best samlet inntil kjente gull forskjellige filmen dømt skrev
livet støtte kommune sikre befolkningen slått forteller krigen nærmere tross grad mistet utgitt
vunnet omfattende menn form sentrum kilometer fortsette jorden legger sist medier fengsel sommer
hjem klarte økonomiske selskapet skjedde angrep klokken spillere spille drept fotball offentlige
gresk eget meget svenske stadig består altså nær informasjon nei knyttet lå utviklingen viste
økonomisk liten fall spilt klubben ønsket min vår meste opprinnelig valget vann betydning sønn
engelsk langs bruker krav kamper avisen ledelsen amerikansk bruke forrige sosiale betydelig resten
sterkt ute sterk viktige pågrepet kommet scoret avtale arter kraftig steder slo dagen sekunder
synes gjelder uke staten øya morgen skrevet bildet vanskelig skjer via hverandre innbyggere økt
falt politikk dårlig vårt rapporten egentlig unna tysk hovedsakelig bort handler myndigheter
fulgte alltid holder person økonomi avgjørende preget fransk feil kvinne ettermiddag sykehus
spilleren tap trolig område seieren kjempet befolkning trenger hjelp fast lenger slaget deltok
imot jobb full bandet skjedd siktet utover forbindelse parti direkte sagt tydelig engelske sikret
legge film solsystemet lange landene heter barna delen no høyere tapte regnes overfor historien ni
jobber lov olympiske henne veier omfatter grensen kanskje vist pressemelding melder verdenscupen
all allierte medlemmer militære spørsmål grenser måten offisielt sendt familien egne tro riket
vanlig varslet eldre gruppen hvem timer foreløpig gjerne bidra ledelse inkludert penger høy års
soldater overflaten skape snakker delvis behov enkelt fører europeiske kjørte varer vannet fri
global byer måneder solen is settet enige holde politidistrikt kongen aller lokale midten møtte
håper boken ganske ytterligere oppvarming valg retten omtrent områdene krig ansatte jobben møter
indre makten ballen fly nordmannen økte reise dannet føre advokat sette spill danske kjenner uker
finalen sesong internasjonale and kontroll arbeid bok såkalte sider inne regjering begrepet
fortsetter retning dessuten skipet nordlige ventet far ytre valgt klar forsøkte trener vinne
brexit innflytelse britisk slike bane hvite utgjør politi planen skip kontakt start valgte m
kommunen flest erklært hvorfor priser rike elven basert ja kristne brøt planlagt tapt møte styrke
tett innlegg vel strøm eldste prisen velge ledere skje fullstendig slå fornøyd time bor konflikten
nasjonale uken myndighetene elektriske bekreftet skadd grader endringer alvorlige regnet be skader
enkelte lys angrepet hovedstaden derimot fant byens banen jobbe ferdig snart truet felles
bompenger styre snakk lekene kinesiske positivt sju riktig helgen samfunnet sommeren føler krever
svar hentet oppdaget gruppe planeten små tilsvarende kirke brudd høyeste ei deg etterforskning
fremdeles in århundre linje vanligvis støttet par tall direktør italienske månen rammet provinsen
kysten kvinnelige trodde ført nominert høyt melding ene nest finske lengre filmer jordens
presidenten album hundre lavere trukket an åpnet tak midt brukte opptatt tekniske avsluttet ansvar
flyttet forsøk rette flertall lager fullt hendelser alvorlig stein bestemt birkebeinerne
gjennomført menneskelig målet relativt situasjonen formiddag ber stå starte naturlig musikk
atmosfæren opprinnelige halvparten antallet omtalt sitter hjemme suksess tilgang olje problemer
finner pave slag kunst påvirket offisielle historisk betale nødvendig glad ettersom kampene hevder
dens sterke kultur tidspunkt sanskrit spenning pris forhandlinger bekrefter familie etablert stand
sende skyldes øker skjøt kvinnen selve nåværende ting ennå opprettet stiller fortsatte delt
stjerne romerske bygninger sammenheng vekt råd jobbet elleve fare enda overtok snakke stille
benyttet vestlige debatt dominerende svensk stilling støtter lest dyr planetene fulgt hardt nivå
presset sliter serien regionen måned band ordet bord vinter bedt partiene kongedømmet klare nektet
partier drive drap utsatt klubb størrelse beskrevet video natt følger sluttet leiren katolske
kanalen nasjonal sørlige arrestert forsøkt pågående vise utvikling bygge omfattet sentrale
uavhengig registrert verk grunnlag bevis kilder sent mottatt signert innsats advarer høst sak
erobret spanske mangel behandling anlegget arrangert avstand sendte sjef virke åpne våpen øke
folket brannen forhandlingene fornærmede oppmerksomhet dommen serie henholdsvis tilhører nordiske
utsettelse sjefen skutt sjakk inntekt vitner bakken sammenlagt endret konkurransen hold grupper
syv beskriver muligheten private giftet møtet prosesser professor bekymret årsaken historiske
lever sovjetiske forsvaret henhold grunnen kaptein mente representerer redusere tilgjengelig
utfordringer snakket tiltak globale setter mor salg stemmer tradisjonelle positive hensyn høsten
svarer representanter midlertidig språket medaljer burde fjernet systemet flertallet mangfold
plassen elevene semifinale kalte økende stemme opplysninger etablerte laks statlige fremste
jødiske passasjerer tips vinner renn løp leve uansett faren påfølgende medlem loven gjennomførte
fort innledet rapport generalsekretær konsekvenser slår hovedstad tusen on meldte fremst dere
trekke lage greske makt politiker mulighet motstand resultat unngå redusert aktivitet begrenset
delta gate middelalderen forslag huset nylig ødelagt revolusjon vokste problem oppstår nordmenn
sentral russisk fortalte lett voldtekt pasienter øvrige offentlig klima etterpå vare løsning
reddet ukjent spørsmålet talent prosessen din tillit gjennomføre daværende grønne hjulet opplyste
vedkommende avhør involvert omtales partiets regjerende betalt selskaper forble politiadvokat
dekket halvt rekord hevdet tidenes atmosfære tilstand jo motsetning miljø forårsaket gradvis
etniske oppe forfatter deriblant brev sørvest vannkraft løsninger hvilke sønnen internasjonal
unntak stater vold cruiseskipet høre vanlige trakk åpen fremover kastet åpent uttrykk kostet
fysisk sølv kommentere møtt partileder bidro hvilken prøver endring solgt britene tale årsaker ung
plan filmene interesse tidlige kraft forbundet saker ord posisjon sol alder reiste avhengig vite
stod musikken fart skade strømmen metal vurdere duoen nødt dessverre sivile tilstanden søket pause
kritikk mannskap dro kjempe bryte sørget stemte hodet tjente buss tilfeller kjøre skudd situasjon
populære starter antas virker voksne vekk helst besto solgte cirka stjernen ingenting lettere gass
behandlet kjennskap foreldre spredt meldt nærmest uttalte kampanje skapt von mengder industri
drevet lav faktisk bestemme understreker påpeker tenke al utlandet fusjon utslipp totale
klimaendringene ligge målt ender arabisk religiøse samtlige biler fullført revet produksjonen
gjøres problemene gjentatte samarbeid styrkene general formelt kongeriket anledning hører dekker
bil pressekonferanse størst syn publikum byene politikere svarte motstandere erstatning endre
menneskene drev foregår forholdet sørge utenlandsk interessert månedene utøvere tolv leker
virkelig striden fjerde kåret ellers vedtatt mottok siktede besøk byrådet fritt selvsagt former
jenter kaller tilknytning tilbud hard enten regioner forsvarer pårørende videregående evakuert
søkte visste trent tider seksuell sjøen priselastisitet okka ulykke bilen muligens trekk mørke
nøyaktig vesentlig null driver utvidet krysset prøve stjerner oversikt krevende sanger
temperaturen inneholder polske grunnloven oppdatert henger stengt begrense foreldrene beskrives
utnevnt stilte forventet artister skolen skapte tema verdier færre stat areal begynner forskere
fremtiden isen fastlandet noensinne konflikt kriger resultater vind kommunistiske forlenget
begynne invaderte varsler prosjektet troppen venn europeisk eier medlemmene trengte party gater
høye hæren bakgrunn nyheten bilde visse lidelse tas islamske utenlandske teksten politikerne
keeper unionen etterhvert festning lokalt renner dramatisk besøkte drift lagene hvilket forsvare
opplevde bodde fin tekster latin regjeringens ordfører organisasjoner innført liggende oppløst
omtaler anmeldt praksis prosess press erstattet lederen minutt derfra trusler nordmennene
republikk avgjørelsen undersøkelser ski hjemmebane tanker siktelsen observert italiensk russerne
utrolig planlagte frist skuespiller testet ulykken forklarer rykket rom bl sterkere rad sannsynlig
nettopp hovedsak lokal okkuperte gatene karrieren ekstra kommende fartøy antagelig semifinalen
akkurat bestående nasjonalt økning forholdene jord temperatur bygda behandlingen utdanning
generasjon planer ansatt kreve underlagt vekst årlig laveste gift tidspunktet omtalte danner
produserer nærmeste minste isbreer fjorårets sikt formål sikker tallene status sentralt erklærte
israelske personene tida hendelsene virket fysiske håp størrelsen paven etablere armé forlate
kunnskap resultatet tronen ungdom invasjon oppgjør aktivt venstresiden gården samling representert
tegnet lese statsministeren kontrakt krevde tapet type trening settes tidsalder handel dansk
årlige ideologi handlinger hvorvidt samfunn politiets minuttene liker begynt borgerkrigen
interesser avviste nyere skotske datter klimaendringer naturlige perioder skaper traff delene
bevegelser bygd listen australske praktisk manager ansett spillerne landslaget øynene toppen rent
kristen trekker nasjoner tildelt absolutt toll klokka feltet skyting sakene informert fylke
strekker nærheten signerte detaljer erstatte dagers finsk enighet selskapene forsøker levert
rødgrønne lyktes tilstrekkelig blokken aktive strid generelt viss konsekvensene depresjon lege
risiko alene savnede båten dårligere tenkt forklart manglende orkanen havn opprinnelse masse
tyngre overtid dukket mennene sykdom støttespillere kulturelle sannsynligvis arkitektur rd bio
endres ansvaret lignende verste løslatt prosentpoeng valgkomiteen sykdommen hiv etterspørselens
generator bakterier undersøkelse sveitsiske omkom kritisk mannens anslått spilles lyse ende skatt
øvrig jøder klubbens sjanse dagene oppkalt spurt såkalt verken gutten karriere umulig raskere
mangler lik foreslått dreier regner tilpasset ferd materiale ekspedisjon bøker kritikken
geografisk stoppet utbygging varte fylkene kommunene vannkraftverk produksjon produsert episode
kone arabiske drapet metoder pr kortere breene klimaet halv rekorden inkluderer hensikt jødisk
grensene vanskelige kjørt styrte delstaten bygging virksomhet internasjonalt cruiseskip stede
løfte starten tvunget bestemte overtatt hente splittet femte tittelen danne greit regimet lovet
sykdommer oftest medisiner evne bedrifter konflikter grep stammer nyheter operasjonsleder møttes
bidrar skikkelig gleder finale østlige halvdel landslagssjef innføre utenriksminister overgrep
felt ekte kunngjorde administrerende strålende tjenester nedgang foreligger eksempler øyer planet
synlig varme stormen ventes borte konservative motsatt opprør selvstendig skillet sosial debatten
ferske bredt mytologi tung løst betydelige lansert militært endelig norrønt bevegelse innebærer
hindi avholdt bordet bom hjalp hovedrolle plassert skala idag markedet åpningen skaffe tradisjonen
innenriksminister talsperson forente fred albumet steg gjennomsnitt fokus forskjellig endringene
rettet tradisjonelt varierer kretser reiser ligget inspirert istedenfor måneders paret tradisjon
betegnelsen bidrag fortelle forståelse vitenskapelige million selge svare versjon vinnerne
tingrett frihet mulla aksjon romersk kritikere utga stående hjemmelaget innebar konger handling
mannskapet organisasjonen marine etterfulgt utallige demonstrasjonene østkanten slottet nyvalg
demokrati negative etterforskningen næringsliv spansk kvartal lufthavn osmanske demonstrasjoner
gratis drøyt anakonda vokser kolonien skuffet streik geografi generatorer storband blodplater
programmet dårlige risikoen tungt fornuftig ryggen skadet oppsto oppstått dominert markerte glede
snitt villig oppført utført invasjonen jødene ofrene bladet respekt vidt informasjonen ledende
kongelige verdi svart spurte tegn fjerdeplass stoppe sporet medalje observasjoner forårsaker knapt
ankom døden utgjorde tallrike unntakstilstand vurderer tanken artikler orden territorium tilhørte
sammenhengende forstand energiproduksjon generelle samle nedbør episoden åpner eksperter hellige
drepte åstedet tråd tilfelle levetid energikilder geologi storm havet avsluttes palestinske røtter
stått dels tiår vokst verftet grunnlagt tiårene bred bilder foretatt østover vente enklere varsle
håndtere makedonske militær beseiret lørdagens forfatteren tilknyttet aktiv landsmøtet oppgjøret
naturen kandidater kommunens flytte euro sikkerhet revolusjonen blandet bestod organisert lengste
kjølvannet slutter vis avtaler likhet romanen nederlag kravet betydningen familier teorien
kjærlighet lot savnet innførte industrielle intervju personlig profil samisk omstridt mine ønske
scoringer ropte tilnærmet nøye mulighetene formålet elbiler eide fylket rene kulturen eventyr
farao årsak regn sikkert klassisk bekrefte gullmedaljer etterkant dialog markert vinteren foruten
undersøker magasinet teknologi beløpet helg teknisk het kommuner retur enhver koster uavhengighet
dato keiser prøyssiske handlingen effekten forslaget planlegging midler tankene voksen forskning
nemlig dets biologisk bølgen gjestene pucken liste guder sies pasienten slags oppdrag foreslår
fanget ressurser symptomer antatt personen turneringen nyttår prosjekter kjøpt presse overrasket
tilpasse ba epost erfaring sosialistiske styrt artikkelen berømte kvartfinalen passer yngre frykt
enkel journalist opptøyene pressemeldingen utsette godkjent beskjed tillatelse slippe
administrative dominerte vitenskapelig velgerne podkasten hjelpe tydelige tur klimasystemet gis
utgave umiddelbart plattform havnet svensken fisk lytte elementer hjelm sykepleiere jul russen
matematikk innsjøen hastighet bygges program handlet ungdommer hittil ordre verdensbasis
motstanderne måter utfordret uklart okkupert foregikk tjene rask klubber avbildet dyktig
bakgrunnen cm tørke forbi søndagens bronse nede innstilt satse følelse fantastisk toppet
gjennombrudd mester opptrådte show it trykket bar kontinuerlig klimagasser nordøst bror yngste
straff innvandrere tilsvarer eksempelvis muren lover kommentar rydde tilsynelatende kulturer
originale grevskapet hertug mislyktes erkebiskop energien storstilt daglig bytte mengde
innflytelsesrike festival arrangerte rådgiver tyrkiske bosatt bruken benyttes enhet omkomne jevnt
måneden praktiske kraftige system skille marked jern sjette prosjekt familiene lei strake vestre
alliert etterfølger redd antikke tilbrakte betraktet kongedømme hær snu avgjorde minutters rømte
engasjement levde fantes vilje boliger nestleder trengs duell heroiske forsøke overgang tvang
hverken anerkjente effekt kg psykisk baron metaller dyrere skjønt flyplassen brutt bekjempe
mediene muligheter banket glipp jakter sone dra stolt åpenbart slutte hvorav utenriksdepartementet
gav vegvesen trygg næringsminister landsmøte flott planter fugler kontinentet sammenhenger nært
modell liberale krefter beveget enig kjemper nevnte perfekt svake normalt annerledes påstander mat
kvelden arbeider anlegg pyramide spiss artikkel pyramiden varmt språkene datert brakt migrantene
migranter handelsavtale øyeblikket samtaler runde spennende stillingen tøff leverte rollen
regelverket mistenkte klient varetekt arbeidere folkevalgte skiftet forhandle utvist faller
konkurrentene bo metoden avslørt parker inngått rettigheter diskriminering blomster tog naboen
prins mening utvikle stiger erkjenner forsvarsminister samarbeidet kraftverk våren funksjon grovt
reformasjonen kirkelige fjerne egenskaper ekstreme gitar stil musikalske hånd dom misbruk seire
stadige øl betegner løse mørkt forbud endringen gjeldende forkant venner fins selvmord østre
utgangspunktet design mesterskapet venter slikt bønder tredjeplass dypt forklaring straffskyld
knuste omfanget øygruppen nordligste sammenlignet tiltalt minner grunnlaget transport egentlige
planeter hydrogen asteroidebeltet gullalder uvanlig nevnes studier egyptiske sammenstøt protestene
reaksjoner deltatt framover jente fortjener mitt synd oppleve debuterte protester vurdering
nettstedet brukere besluttet tidsrommet sterkeste vestkanten formannskapet udyret kapittel seter
mannlige demokratiske sees gjenforent systemer spenningen motor deal briter beslutning dronning
domstolen kartusj dosen vedtaket bussene barne seksuelle bøndene grønn byttet pallen sultne
anmerkninger eventuelle eventuelt helhetlig åring homofile infrastruktur belgiske nådd tungolje
eksplosjonen utrede kaldest kjernen institusjoner beholdt karoshi our bregner vippepunkter stykket
vikingtiden undersøkelsen glatt unntatt konkluderte innlagt deles mulige rikeste enorme
innføringen tilliten overført omfatte skjul regel negativt fartøyet studiene terminal tilhørende
blå uheldig fredagens neppe fint bildene forventninger tenker eks opptreden varmere karbondioksid
forekommer strukturer skiller verdensrommet harde øvre stigende helium utforskning riksvei
krigsfanger blod opptil islam flyktninger ulovlig trussel syke meslinger sidene befinner utbruddet
spre hindre undersøkt avdekket påvirke nettsider alvor arkiv landskapet erkebiskopen elektrisitet
beregnet klarer forlot uttalt avisa grundig rettssaken kjernekraft produsere indirekte dannes
nordvest permanent godkjente selvstendighet smerter glatte sjekk dog bygde bygger messe inntrykk
polsk tyskerne delte overraskende trygt arbeids vedtak rettighetene myndighet fars lede jakten
forsterket dommer sekretær tette bånd dramatiske amt motiver følelser forsvant tetthet statsråd
militæret trene tidene aktuelt spillerens felttog avstå medisinsk høyde sannsynligheten tredjedel
symbol
"""
